/**
 * One locker more on a box, or one less. Short, and under a lease of its own, so that no rollout and
 * no script is there at the same time. Invariant: once it has taken the box it gives it back, whatever
 * else goes wrong, a cancel included; what was begun comes to its end first.
 */
import { CancellationScope } from '@temporalio/workflow';
import type { Held, LockerLook, LockerStep } from '../activities/contract';
import { FAULTS } from '../domain/faults';
import type { FaultCode } from '../domain/faults';
import type { Counts } from '../domain/model/outcome';
import {
  addLocker,
  deployLocker,
  lookAtLocker,
  releaseLease,
  removeLocker,
  settleBox,
  startLocker,
  stopLocker,
  takeLease,
  verifyLocker,
} from './activity-proxies';
import type { LockerChanged, LockerRequest } from './messages';
import { failureOf, stepFaultOf } from './step-fault';

/** What rollouts still need is theirs to judge. */
const KEEP_ALL = 1_000_000;
const NO_COUNTS: Counts = { planned: 0, updated: 0, unchanged: 0, restored: 0, failed: 0, skipped: 0, unreachable: 0 };

export async function boxLocker(request: LockerRequest): Promise<LockerChanged> {
  const { change, locker, box } = request;
  try {
    return await CancellationScope.nonCancellable(() => underLease(request));
  } catch (error) {
    throw failureOf(stepFaultOf(error, `${change.kind} ${locker} on ${box}`));
  }
}

async function underLease(request: LockerRequest): Promise<LockerChanged> {
  const { box, locker, holder, by, change } = request;
  const { generation } = await takeLease(`take ${box}`, { box, rollout: holder, by, force: false });
  const held: Held = { box, rollout: holder, generation };
  try {
    const look = await lookAtLocker(`look at ${box}`, { box, locker });
    const step: LockerStep = { ...held, locker, cycle: 1 };
    const changed = change.kind === 'add' ? await add(step, look, change.adoptData) : await remove(step, look, change.deleteData);
    const release = change.kind === 'add' ? look.release.label : null;
    const state = `${change.kind}-locker ${locker}`;
    await settleBox(`settle ${box}`, { ...held, state, release, counts: NO_COUNTS, by, keepReleases: KEEP_ALL });
    return changed;
  } finally {
    await releaseLease(`give ${box} back`, held);
  }
}

async function add(step: LockerStep, look: LockerLook, adoptData: boolean): Promise<LockerChanged> {
  const { box, locker } = step;
  const { release, lane, verify } = look;
  if (look.locker !== null) throw failureOf(faultText('LockerExists', `${box} has a locker ${locker} already.`));
  const { newData } = await addLocker(`add ${locker}`, { ...step, adoptData });
  await deployLocker(`stage ${release.label} for ${locker}`, { ...step, release });
  const started = await startLocker(`start ${locker}`, { ...step, lane, startDeadlineMs: verify.deadlineMs });
  if (started.kind === 'not-serving') return { kind: 'added-unproven', release: release.label, evidence: started.evidence };
  const proven = await verifyLocker(`verify ${locker}`, { ...step, verify });
  if (proven.kind !== 'healthy') return { kind: 'added-unproven', release: release.label, evidence: proven.evidence };
  return { kind: 'added', release: release.label, newData };
}

async function remove(step: LockerStep, look: LockerLook, deleteData: boolean): Promise<LockerChanged> {
  const { box, locker } = step;
  const { stop, drain } = look;
  if (look.locker === null) throw failureOf(faultText('UnknownLocker', `There is no locker ${locker} on ${box}.`));
  const stopped = await stopLocker(`stop ${locker}`, { ...step, stop, drain });
  if (stopped.kind === 'stop-timed-out') return { kind: 'still-running', evidence: stopped.evidence };
  const { data } = await removeLocker(`remove ${locker}`, { ...step, deleteData });
  return { kind: 'removed', data };
}

const faultText = (code: FaultCode, sentence: string) => ({ code, sentence, cure: FAULTS[code].cure, evidence: [] });
