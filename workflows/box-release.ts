/**
 * Ends a lease that was left behind: takes the box by force as a holder of its own (the box records
 * the take-over, and older requests are fenced from then on), brings up what is owed, gives it back.
 * Invariant: once it has taken the box it gives it back, whatever else goes wrong, a cancel included.
 */
import { CancellationScope } from '@temporalio/workflow';
import type { BoxLook, Held } from '../activities/contract';
import type { Counts } from '../domain/model/outcome';
import { inspectBox, payOwed, releaseLease, settleBox, takeLease } from './activity-proxies';
import type { Released, ReleaseRequest } from './messages';
import { failureOf, stepFaultOf } from './step-fault';

/** A release removes nothing: what an unknown rollout still needs is not its to judge. */
const KEEP_ALL = 1_000_000;
const NO_COUNTS: Counts = { planned: 0, updated: 0, unchanged: 0, restored: 0, failed: 0, skipped: 0, unreachable: 0 };

export async function boxRelease(request: ReleaseRequest): Promise<Released> {
  try {
    return await CancellationScope.nonCancellable(() => release(request));
  } catch (error) {
    throw failureOf(stepFaultOf(error, `releasing ${request.box}`));
  }
}

async function release({ box, holder, by, expectedHolder }: ReleaseRequest): Promise<Released> {
  const look = await inspectBox(`look at ${box}`, { box });
  // Its own lease: a reset of this workflow came back to it.
  const holderNow = look.lease?.holder ?? null;
  if (holderNow !== expectedHolder && holderNow !== holder) throw holderChanged(box, look, expectedHolder);
  const { generation } = await takeLease(`take ${box} by force`, { box, rollout: holder, by, force: true });
  const held = { box, rollout: holder, generation };
  try {
    const { stillDown } = await bringUp(held, look);
    await settleBox(`settle ${box}`, {
      ...held,
      state: 'release-box',
      release: null,
      counts: NO_COUNTS,
      by,
      keepReleases: KEEP_ALL,
    });
    const broughtUp = look.owed.filter((locker) => !stillDown.includes(locker));
    return { lease: look.lease, broughtUp, stillDown };
  } finally {
    await releaseLease(`give ${box} back`, held);
  }
}

async function bringUp(held: Held, { owed, lane, startDeadlineMs }: BoxLook): Promise<Pick<Released, 'stillDown'>> {
  if (owed.length === 0) return { stillDown: [] };
  return payOwed(`bring up ${owed.length} owed lockers`, { ...held, lockers: owed, lane, startDeadlineMs });
}

function holderChanged(box: string, { lease }: BoxLook, expected: string | null): Error {
  const now = lease === null ? 'nobody' : `${lease.holder} (${lease.by}) since ${lease.since}`;
  const sentence = `${box} changed hands meanwhile: ${expected ?? 'nobody'} was to be released, and now ${now} holds it. Nothing was touched.`;
  return failureOf({ code: 'WorldChanged', sentence, cure: 'Look who that is, then decide again.', evidence: [] });
}
