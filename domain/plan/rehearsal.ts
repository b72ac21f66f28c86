/** Whether the release is tried on a throwaway locker first, by the policy and by what the box has to spare. */
import { FAULTS } from '../faults';
import type { BoxName } from '../model/ids';
import type { Inventory } from '../model/inventory';
import type { Plan, PlanRefusal } from '../model/plan';
import type { Policy } from '../model/policy';
import type { Section } from './section';

type Rehearsal = NonNullable<Plan['rehearsal']>;

/** Older than this key, lockerd says nothing of it. */
const UNKNOWN = 'the lockerd of the box is of an earlier version; install-box brings it to this one';

export function rehearsalOf({ rehearsal = 'off' }: Policy, { rehearsal: room }: Inventory): Rehearsal {
  if (rehearsal === 'off') return { kind: 'none', because: 'switched off' };
  if (room?.kind === 'possible') return { kind: 'due' };
  return { kind: 'none', because: room?.because ?? UNKNOWN };
}

export function refuseRehearsal({
  box,
  policy,
  inventory,
}: {
  box: BoxName;
  policy: Policy;
  inventory: Inventory;
}): PlanRefusal[] {
  const planned = rehearsalOf(policy, inventory);
  if (policy.rehearsal !== 'required' || planned.kind === 'due') return [];
  const sentence = `The policy requires a rehearsal, and on box ${box} there can be none: ${planned.because}.`;
  return [{ code: 'RehearsalImpossible', locker: null, sentence, cure: FAULTS.RehearsalImpossible.cure }];
}

export function rehearsalSection({ rehearsal }: Plan): Section[] {
  if (!rehearsal) return [];
  const words = 'on a throwaway locker first, verified like the others; if it fails no locker is touched';
  return [{ title: 'Rehearsal', lines: [rehearsal.kind === 'due' ? words : `none: ${rehearsal.because}`] }];
}
