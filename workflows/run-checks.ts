/** Asks many lockers their full checks: before the first one is touched, after the canary, and at the end. A plan without checks asks nothing. */
import { isCancellation } from '@temporalio/workflow';
import { toCheck } from '../domain/decide/check-due';
import type { CheckMoment } from '../domain/model/progress';
import { checkLockers } from './activity-proxies';
import { apply, planOf } from './rollout';
import type { Rollout } from './rollout';
import { stepFaultOf } from './step-fault';

/** What fails already is not the release's failure. An unanswered question here only makes us stricter. */
export async function seeBaseline(rollout: Rollout): Promise<void> {
  const { plan, progress } = planOf(rollout);
  if (!plan.checks || plan.batches.length === 0 || progress.abort) return;
  const { box } = rollout.input;
  const lockers = plan.lockers.filter(({ action }) => action === 'update').map(({ name }) => name);
  if (lockers.length === 0) return;
  try {
    const summary = `check ${lockers.length} lockers before the rollout`;
    const answer = await checkLockers(summary, { box, lockers, set: 'full' }, plan.checks.longestMs.full);
    apply(rollout, { kind: 'baseline', lockers: answer.lockers });
  } catch (error) {
    if (isCancellation(error)) throw error;
    const { sentence } = stepFaultOf(error, `checking ${box}`);
    apply(rollout, {
      kind: 'note',
      text: `the checks could not be asked before the rollout, so every failure counts: ${sentence}`,
    });
  }
}

/** What is thrown beside a fault of the way there is a defect: it stops the workflow task. */
export async function runFullChecks(rollout: Rollout, moment: CheckMoment): Promise<void> {
  rollout.checking = true;
  apply(rollout, await askFull(rollout, moment));
  rollout.checking = false;
  rollout.changes += 1;
}

async function askFull(rollout: Rollout, moment: CheckMoment) {
  const { plan, progress } = planOf(rollout);
  const { box } = rollout.input;
  const lockers = toCheck(plan, progress, moment);
  const when = moment === 'canary' ? 'after the canary' : 'at the end';
  try {
    const summary = `full checks of ${lockers.length} lockers ${when}`;
    const answer = await checkLockers(summary, { box, lockers, set: 'full' }, plan.checks?.longestMs.full ?? 0);
    return { kind: 'checked', moment, lockers: answer.lockers } as const;
  } catch (error) {
    return { kind: 'check-fault', moment, fault: stepFaultOf(error, `checking ${box}`) } as const;
  }
}
