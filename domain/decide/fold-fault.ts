/**
 * A step that threw until trying again was over. One table says whose trouble a fault is: the
 * link's (the locker's state is unknown), the rollout's (it can not go on), a person's on the box
 * (it may go on when he allows it), else the locker's.
 */
import type { LockerName } from '../model/ids';
import type { Plan } from '../model/plan';
import type { LockerProgress, Progress, StepFault } from '../model/progress';
import { foldFaultInBarrier, foldLinkInBarrier } from './barrier';
import { addHold, addNote, changeLocker, endLocker, sendBack } from './change-progress';
import { newlyUnreachable } from './count-ends';
import { drainsFirst } from './drains-first';
import { failUpdate, takeBack } from './fold-move';
import { whyRestored } from './roll-back';

const WHOSE: Readonly<Record<string, 'link' | 'rollout' | 'person'>> = {
  BoxUnreachable: 'link',
  BoxLost: 'link',
  LinkLost: 'link',
  HostKeyMismatch: 'link',
  HostKeyUnknown: 'link',
  NoCommonAlgorithm: 'link',
  LoginRefused: 'link',
  RouteRefused: 'link',
  LockerdMissing: 'link',
  ProtocolMismatch: 'link',
  WrongBox: 'link',
  ProbeImpossible: 'link',
  ChangesFrozen: 'person',
  Fenced: 'rollout',
  NoLease: 'rollout',
  HeldBy: 'rollout',
};

interface Faulty {
  readonly locker: LockerName;
  readonly fault: StepFault;
}

export function foldFault(plan: Plan, progress: Progress, faulty: Faulty, now: number): Progress {
  const whose = Object.hasOwn(WHOSE, faulty.fault.code) ? WHOSE[faulty.fault.code] : undefined;
  const { stage } = progress.lockers[faulty.locker] ?? {};
  const inBarrier = stage === 'halting' || stage === 'starting';
  if (inBarrier && whose === 'link') return foldLinkInBarrier(plan, progress, faulty, now);
  if (inBarrier && whose === undefined) return foldFaultInBarrier(plan, progress, faulty, now);
  if (whose === 'link') return foldLinkFault(plan, progress, faulty, now);
  if (whose === 'rollout') return foldRolloutFault(plan, progress, faulty, now);
  if (whose === 'person') return foldFrozen(plan, progress, faulty, now);
  const moves = stage === 'updating' || stage === 'restoring';
  if (moves && faulty.fault.code === 'MigrationUndecided') return holdUndecided(progress, faulty, now);
  return foldLockerFault(plan, progress, faulty, now);
}

function foldLinkFault(plan: Plan, progress: Progress, { locker, fault }: Faulty, now: number): Progress {
  const failure = progress.lockers[locker]?.failure ?? null;
  const reason = failure === null ? fault.sentence : `${failure}; then: ${fault.sentence}`;
  const ended = endLocker(plan, progress, { locker, end: 'unreachable', reason }, now);
  const allowed = plan.limits.unreachable ?? 0;
  if (newlyUnreachable(ended) <= allowed) return addNote(ended, `${locker} can not be reached: ${fault.sentence}`, now);
  return addHold(ended, {
    reason: 'unreachable',
    sentence: `${allowed > 0 ? `More than ${allowed} lockers can not be reached. ` : ''}${fault.sentence} ${fault.cure} Lockers that it happened to are listed as unreachable; the box brings them up by itself`,
    liftedBy: ['resume', 'abort'],
    locker: null,
    since: now,
  });
}

/** It is down, and stays so: the box starts nothing on data of which nobody knows what they are. */
function holdUndecided(progress: Progress, { locker, fault }: Faulty, now: number): Progress {
  const told = fault.evidence.length > 0 ? `: ${fault.evidence.join(' · ')}` : '';
  return addHold(changeLocker(progress, locker, { stage: 'stuck', retry: null, halfWay: true, former: null }), {
    reason: 'migration-undecided',
    sentence: `${fault.sentence.replace(/\.$/, '')}; ${locker} stays down until somebody says so${told}`,
    liftedBy: ['retryLocker'],
    locker,
    since: now,
  });
}

/** Nothing was begun: its quiesce, if it had one, is taken back, and it waits until the person is done. */
function foldFrozen(plan: Plan, progress: Progress, { locker, fault }: Faulty, now: number): Progress {
  const stage = progress.lockers[locker]?.stage;
  if (stage !== 'draining' && stage !== 'updating' && stage !== 'halting')
    return foldLockerFault(plan, progress, { locker, fault }, now);
  const waits = stage === 'updating' ? takeBack(plan, progress, locker) : sendBack(progress, locker);
  const sentence = `${fault.sentence} ${fault.cure.replace(/\.$/, '')}`;
  return addHold(waits, { reason: 'changes-frozen', sentence, liftedBy: ['resume', 'abort'], locker: null, since: now });
}

function foldRolloutFault(plan: Plan, progress: Progress, { locker, fault }: Faulty, now: number): Progress {
  const ended = endLocker(plan, progress, { locker, end: 'failed', reason: fault.sentence }, now);
  return { ...ended, pause: null, gate: null, holds: [], fault: progress.fault ?? fault };
}

function foldLockerFault(plan: Plan, progress: Progress, { locker, fault }: Faulty, now: number): Progress {
  const { stage } = progress.lockers[locker] ?? {};
  const failure = whyRestored(progress, locker);
  switch (stage) {
    case 'draining':
      return changeLocker(progress, locker, { stage: 'undraining', failure: undrainable(progress.lockers[locker], fault) });
    case 'undraining':
      return foldUndrainFault(plan, progress, { locker, fault }, now);
    case 'updating':
      return failUpdate(plan, progress, { locker, failure: `could not be updated: ${fault.sentence}` }, now);
    case 'verifying':
      if (failure === null)
        return failUpdate(plan, progress, { locker, failure: `could not be verified: ${fault.sentence}` }, now);
      return endLocker(
        plan,
        progress,
        { locker, end: 'failed', reason: `${failure}; its restore is unproven: ${fault.sentence}` },
        now,
      );
    case 'restoring':
      return failOpened(plan, progress, { locker, reason: `${failure}; not restored: ${fault.sentence}` }, now);
    case undefined:
    case 'halting':
    case 'halted':
    case 'starting':
    case 'waiting':
    case 'stuck':
    case 'inconclusive':
    case 'ended':
      break;
  }
  return progress;
}

/** One that goes back as a check failed on it has a failure already. */
function undrainable(at: LockerProgress | undefined, { sentence }: StepFault): string {
  return `${(at?.checkFailed ?? null) === null ? '' : `${at?.checkFailed}; then it `}could not be drained: ${sentence}`;
}

/** Its move may have been refused before anything was stopped: then its quiesce stands, and is taken back before it ends. */
function failOpened(plan: Plan, progress: Progress, at: { locker: LockerName; reason: string }, now: number): Progress {
  const { locker, reason } = at;
  if (!drainsFirst(plan, locker)) return endLocker(plan, progress, { locker, end: 'failed', reason }, now);
  return changeLocker(progress, locker, { stage: 'undraining', failure: reason, retry: null });
}

/** The box undoes a quiesce that nobody speaks for within a minute (dead-man), so this alone is no failure. */
function foldUndrainFault(plan: Plan, progress: Progress, { locker, fault }: Faulty, now: number): Progress {
  const failure = progress.lockers[locker]?.failure ?? null;
  if (failure !== null) return endLocker(plan, progress, { locker, end: 'failed', reason: failure }, now);
  return addNote(sendBack(progress, locker), `${locker}: its drain could not be taken back: ${fault.sentence}`, now);
}
