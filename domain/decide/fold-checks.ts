/**
 * What checks do to a rollout. A fast check that fails is a failed verify (fold-move.ts); here is all
 * else: no clear answer holds the rollout and neither passes nor fails a locker, and a locker on
 * which the full set fails goes back through the slots, as a failure.
 */
import { failingOf, verdictOf } from '../check/verdict';
import type { CheckedLocker } from '../model/check';
import type { LockerName } from '../model/ids';
import type { Plan } from '../model/plan';
import type { CheckMoment, Progress } from '../model/progress';
import { addHold, addNote, changeLocker, dropHolds, endLocker, WAITS_ANEW } from './change-progress';
import { checkDue, toCheck } from './check-due';
import { reopenBatch } from './reopen-batch';
import type { CheckEvent } from './rollout-event';

const LIFTED_BY = ['resume', 'rollBack', 'abort'] as const;

export function foldChecks(plan: Plan, progress: Progress, event: CheckEvent, now: number): Progress {
  switch (event.kind) {
    case 'baseline':
      return foldBaseline(progress, event.lockers, now);
    case 'checked':
      return foldChecked(plan, progress, event, now);
    case 'check-fault':
      break;
  }
  if (checkDue(plan, progress, now) !== event.moment) return progress;
  const { sentence, cure } = event.fault;
  return holdUnclear(
    progress,
    `The full checks could not be asked ${WHEN[event.moment]}: ${sentence} ${cure.replace(/\.$/, '')}`,
    now,
  );
}

function foldBaseline(progress: Progress, lockers: readonly CheckedLocker[], now: number): Progress {
  const failing = failingOf(lockers);
  const names = Object.keys(failing);
  if (names.length === 0) return progress;
  const text = `failed before the rollout and counts for nothing in it: ${shortList(names.map((name) => `${name} (${failing[name]?.join(', ')})`))}`;
  return addNote({ ...progress, failedBefore: failing }, text, now);
}

type Checked = Extract<CheckEvent, { kind: 'checked' }>;

function foldChecked(plan: Plan, progress: Progress, { moment, lockers }: Checked, now: number): Progress {
  // Came late or twice.
  if (checkDue(plan, progress, now) !== moment) return progress;
  const asked = new Set<string>(toCheck(plan, progress, moment));
  const verdicts = lockers
    .filter(({ locker }) => asked.has(locker))
    .map((checked) => ({ locker: checked.locker, verdict: verdictOf(checked, progress.failedBefore?.[checked.locker]) }));
  const unclear = verdicts.flatMap(({ locker, verdict }) =>
    verdict.kind === 'inconclusive' ? [`${locker}: ${verdict.evidence.at(-1)}`] : [],
  );
  const failed = verdicts.flatMap(({ locker, verdict }) =>
    verdict.kind === 'fail' ? [{ locker, failure: `failed the full checks: ${verdict.evidence.at(-1)}` }] : [],
  );
  const missing = asked.size - verdicts.length;
  const sent = failed.reduce((reached, { locker, failure }) => sendBackFor(plan, reached, { locker, failure }, now), progress);
  if (unclear.length === 0 && missing === 0) return noteEnd(sent, moment, { asked: asked.size, failed: failed.length }, now);
  const figures = `${verdicts.length - unclear.length - failed.length} of ${asked.size} passed, ${failed.length} failed`;
  const who = [...unclear, ...(missing > 0 ? [`${missing} were not answered for`] : [])];
  return holdUnclear(sent, `The full checks ${WHEN[moment]} gave no clear answer (${figures}): ${shortList(who)}`, now);
}

const WHEN: Readonly<Record<CheckMoment, string>> = { canary: 'after the canary', end: 'at the end' };

function noteEnd(
  progress: Progress,
  moment: CheckMoment,
  { asked, failed }: { asked: number; failed: number },
  now: number,
): Progress {
  const text = `full checks ${WHEN[moment]}: ${asked - failed} of ${asked} passed`;
  return addNote({ ...progress, checked: [...(progress.checked ?? []), moment] }, text, now);
}

/** It waits for a slot like everybody, drains, and goes to the version that it came from. */
function sendBackFor(plan: Plan, progress: Progress, bad: { locker: LockerName; failure: string }, now: number): Progress {
  const { locker, failure } = bad;
  const planned = plan.lockers.find(({ name }) => name === locker);
  if (!planned?.from) {
    const reason = `${failure}; there is no earlier version to restore`;
    return endLocker(plan, progress, { locker, end: 'failed', reason }, now);
  }
  const cycle = (progress.lockers[locker]?.cycle ?? 0) + 1;
  const sent = changeLocker(progress, locker, { ...WAITS_ANEW, back: true, checkFailed: failure, cycle });
  return reopenBatch(plan, sent, locker);
}

function holdUnclear(progress: Progress, sentence: string, now: number): Progress {
  return addHold(progress, { reason: 'inconclusive', sentence, liftedBy: [...LIFTED_BY], locker: null, since: now });
}

/** Of verify: it serves and stays up; nobody knows yet whether it is as it should be. */
export function holdInconclusive(
  progress: Progress,
  { locker, evidence }: { readonly locker: LockerName; readonly evidence: readonly string[] },
  now: number,
): Progress {
  const sentence = `${locker} is up on the release, and there is no clear answer whether it is well: ${shortList(evidence)}`;
  const undecided = changeLocker(progress, locker, { stage: 'inconclusive', retry: null });
  return addHold(undecided, {
    reason: 'inconclusive',
    sentence,
    liftedBy: ['resume', 'retryLocker', 'rollBack', 'abort'],
    locker,
    since: now,
  });
}

/** A new cycle, since the box gives an old request its old answer. */
export function askAgain(progress: Progress, locker: LockerName): Progress {
  const at = progress.lockers[locker];
  if (at?.stage !== 'inconclusive') return progress;
  const freed = dropHolds(progress, (hold) => hold.reason === 'inconclusive' && hold.locker === locker);
  return changeLocker(freed, locker, { stage: 'verifying', cycle: at.cycle + 1 });
}

export function askAllAgain(progress: Progress): Progress {
  return (Object.keys(progress.lockers) as LockerName[]).reduce(askAgain, progress);
}

/** An abort or a roll-back waits for no answer: it runs the release, and its end says what is not known. */
export function leaveInconclusive(plan: Plan, progress: Progress, now: number): Progress {
  if (!progress.abort && !progress.fault && !progress.rollback) return progress;
  const undecided = plan.lockers.filter(({ name }) => progress.lockers[name]?.stage === 'inconclusive');
  return undecided.reduce((reached, { name: locker }) => {
    const reason = 'is up on the release; its checks gave no clear answer';
    const freed = dropHolds(reached, (hold) => hold.reason === 'inconclusive' && hold.locker === locker);
    return endLocker(plan, freed, { locker, end: 'updated', reason }, now);
  }, progress);
}

const SHOWN = 3;
function shortList(lines: readonly string[]): string {
  const more = lines.length - SHOWN;
  return `${lines.slice(0, SHOWN).join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}
