/**
 * Where the fleet file says who approves, a gate that the starter leaves out would be an approval by
 * himself. He may ask for more gates, never for fewer; batches of other sizes move them, `rest` takes them away.
 */
import { Fault } from '../faults';
import type { Gates, Policy, PolicyInput } from './policy';

/** Fault: PolicyInvalid. `own`: without the flags of this start. */
export function keepGates(own: Policy, { gates, batches }: PolicyInput): void {
  if (!saysWhoApproves(own) || own.gates === 'none') return;
  if (gates !== undefined && !covers(gates, own.gates)) throw fewer('--gate', own);
  if (batches !== undefined && JSON.stringify(batches) !== JSON.stringify(own.batches)) throw fewer('--batches', own);
}

const saysWhoApproves = ({ approvers = null, fourEyes = false, identity = 'claimed' }: Policy): boolean =>
  approvers !== null || fourEyes || identity === 'proven';

function covers(asked: Gates, own: Gates): boolean {
  if (asked === 'every') return true;
  if (asked === 'none' || own === 'every' || own === 'none') return asked === own;
  const has = afterBatches(asked);
  return afterBatches(own).every((after) => has.includes(after));
}

const afterBatches = (gates: 'canary' | readonly number[]): readonly number[] => (gates === 'canary' ? [1] : gates);

function fewer(flag: string, { gates }: Policy): Fault {
  const where = typeof gates === 'string' ? gates : `after batch ${gates.join(', ')}`;
  return new Fault('PolicyInvalid', `${flag} would take away a gate (${where}) at which the fleet file says who approves.`, {
    cure: 'Leave it out; --gate every asks more often.',
  });
}
