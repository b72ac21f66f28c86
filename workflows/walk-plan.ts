/**
 * Walks the plan: ask the decider, begin what may begin, wait until something happens. A sliding
 * window of coroutines, one for each locker in flight; a child workflow each would take 3-6 times
 * as long. To continue as new it begins nothing more and lets what is in flight come to its end.
 */
import { condition, patched, workflowInfo } from '@temporalio/workflow';
import { decide } from '../domain/decide/decide';
import type { Decision } from '../domain/decide/decision';
import type { LockerName } from '../domain/model/ids';
import type { EndState } from '../domain/model/progress';
import { apply, planOf } from './rollout';
import type { Rollout } from './rollout';
import { runFullChecks } from './run-checks';
import { isWorking, runLocker } from './run-locker';
import { runMigration } from './run-migration';
import { showProgress } from './show-progress';
import { isLookDue, lookBefore, watchCrashes } from './watch-crashes';

type Walk = Extract<Decision, { kind: 'walk' }>;

export async function walkPlan(rollout: Rollout): Promise<EndState | 'continue-as-new'> {
  let begun = 0;
  void watchCrashes(rollout);
  for (;;) {
    apply(rollout, { kind: 'tick' });
    const { plan, progress } = planOf(rollout);
    const decision = decide(plan, progress, Date.now());
    showProgress(rollout);
    if (isLookDue(rollout, decision)) {
      await lookBefore(rollout, decision);
      continue;
    }
    if (decision.kind === 'done') return decision.state;
    const rollOver = shouldRollOver(rollout, begun);
    if (rollOver && isQuiet(rollout)) return 'continue-as-new';
    if (!rollOver) begun += beginLockers(rollout, decision);
    if (!rollOver && decision.migrate !== null) void launchMigration(rollout, decision.migrate);
    for (const name of decision.recall) rollout.drains.get(name)?.cancel();
    launchWorking(rollout);
    if (decision.check && !rollOver && !rollout.checking) void runFullChecks(rollout, decision.check);
    await somethingHappens(rollout, dueAfterBegin(rollout, decision), rollOver);
  }
}

const isQuiet = ({ running, checking, looking }: Rollout): boolean => running.size === 0 && !checking && !looking;

/** A run that has begun nothing yet would only hand the same on to the next one. */
function shouldRollOver({ input, progress }: Rollout, begun: number): boolean {
  if (progress?.abort || progress?.fault) return false;
  const { continueAsNewSuggested, historyLength } = workflowInfo();
  return continueAsNewSuggested || (begun > 0 && input.maxHistoryEvents !== undefined && historyLength > input.maxHistoryEvents);
}

function beginLockers(rollout: Rollout, { begin }: Walk): number {
  for (const locker of begin) apply(rollout, { kind: 'begin', locker });
  return begin.length;
}

/** Those that have just begun, and those that a person's retry or continue-as-new sets going again. */
function launchWorking(rollout: Rollout): void {
  const { plan, progress } = planOf(rollout);
  for (const { name } of plan.lockers) {
    const stage = progress.lockers[name]?.stage;
    if (stage !== undefined && isWorking(stage) && !rollout.running.has(name)) void launch(rollout, name);
  }
}

/** What is thrown here is a defect: it stops the workflow task, with its stack, until a worker knows better. */
async function launch(rollout: Rollout, name: LockerName): Promise<void> {
  rollout.running.add(name);
  await runLocker(rollout, name);
  rollout.running.delete(name);
  rollout.changes += 1;
}

/** One that was begun by the run before is asked for again by its token. */
async function launchMigration(rollout: Rollout, id: string): Promise<void> {
  rollout.running.add(id as LockerName);
  await runMigration(rollout, id);
  rollout.running.delete(id as LockerName);
  rollout.changes += 1;
}

/** What has just begun has a deadline of its own, which the decision from before it could not know. */
function dueAfterBegin(rollout: Rollout, { begin, waitUntil }: Walk): number | null {
  const { plan, progress } = planOf(rollout);
  // Without a deadline a begin changes nothing here; with one, a rollout from before keeps its order of timers.
  if (begin.length === 0 || (plan.policy.progressDeadlineMs ?? null) === null || !patched('due-after-begin')) return waitUntil;
  const anew = decide(plan, progress, Date.now());
  return anew.kind === 'walk' ? anew.waitUntil : waitUntil;
}

async function somethingHappens(rollout: Rollout, waitUntil: number | null, rollOver: boolean): Promise<void> {
  const seen = rollout.changes;
  const happened = () => rollout.changes !== seen || (rollOver && isQuiet(rollout));
  rollout.dueAt = waitUntil;
  if (waitUntil === null) await condition(happened);
  else await condition(happened, Math.max(1, waitUntil - Date.now()));
}
