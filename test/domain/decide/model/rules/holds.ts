/** Every stop has a reason and a way to lift it, and that way lifts it. */
import { fold } from '../../../../../domain/decide/fold';
import type { Plan } from '../../../../../domain/model/plan';
import type { Hold, Progress } from '../../../../../domain/model/progress';
import { mayDo } from '../../../../../domain/operator/permissions';
import { answerGate, liftOf, simply, viewOf } from '../messages';
import type { Rule } from '../step';

const isSame = (a: Hold) => (b: Hold) => a.reason === b.reason && a.locker === b.locker;

/** A pause is lifted first. */
function unpaused(plan: Plan, progress: Progress, now: number): Progress {
  return progress.pause ? fold(plan, progress, simply('resume').event, now) : progress;
}

export const whatAHoldNamesLiftsIt: Rule =
  (plan) =>
  ({ before, after, decision, now }) => {
    if (decision.kind === 'done' || after.abort || after.fault || before.holds === after.holds) return null;
    const progress = unpaused(plan, after, now);
    for (const hold of progress.holds) {
      if (hold.liftedBy.length === 0) return `${hold.reason} names nothing`;
      for (const way of hold.liftedBy) {
        const { message, event } = liftOf(way, hold, { plan, progress });
        const refusal = mayDo(message, viewOf(plan, progress, now));
        if (refusal !== null) return `${hold.reason} names ${way}: ${refusal}`;
        const lifted = fold(plan, progress, event, now);
        // The next batch may hold for the same reason, in other words.
        if (lifted.holds.some((left) => isSame(hold)(left) && left.sentence === hold.sentence))
          return `${way} does not lift ${hold.reason}`;
      }
    }
    return null;
  };

export const aHoldIsThereOnce: Rule =
  () =>
  ({ after }) => {
    const twice = after.holds.find((hold, i) => after.holds.findIndex(isSame(hold)) < i);
    return twice ? `${twice.reason} ${twice.locker ?? ''}` : null;
  };

/** And what it asks of a person he may do. */
export const itAsksForWhatIsAllowed: Rule =
  (plan) =>
  ({ after, decision, now }) => {
    if (decision.kind === 'done' || decision.ask === null) return null;
    const { ask } = decision;
    const said = {
      approve: () => answerGate('approve', ask.kind === 'approve' ? ask.batch : 0, { plan, progress: after }),
      resume: () => simply('resume'),
      lift: () =>
        ask.kind === 'lift' ? liftOf(ask.hold.liftedBy[0] ?? 'resume', ask.hold, { plan, progress: after }) : simply('resume'),
    }[ask.kind]();
    const refusal = mayDo(said.message, viewOf(plan, after, now));
    return refusal === null ? null : `it asks for ${said.message.kind}: ${refusal}`;
  };

const STUCK: ReadonlySet<Hold['reason']> = new Set<Hold['reason']>(['stop-timed-out', 'migration-undecided']);

/** One that hangs in its stop, or whose migration nobody knows about, is held for, until somebody says how it goes on; an abort waits for that too. */
export const aStuckLockerIsHeldFor: Rule = (plan) => {
  const stuck = ({ lockers }: Progress) => plan.lockers.filter(({ name }) => lockers[name]?.stage === 'stuck');
  return ({ before, after, event }) => {
    if (after.fault) return null;
    const left = stuck(before).find(({ name }) => after.lockers[name]?.stage !== 'stuck');
    if (left && event.kind !== 'retryLocker') return `${left.name} hung, and ${event.kind} was enough`;
    const asked = (name: string) => after.holds.some(({ reason, locker }) => STUCK.has(reason) && locker === name);
    const alone = stuck(after).find(({ name }) => !asked(name));
    return alone ? `${alone.name} hangs, and nobody is asked` : null;
  };
};

const rejected = ({ holds }: Progress): boolean => holds.some(({ reason }) => reason === 'rejected');

/** Only who approves after all, takes it back or aborts goes past a rejection. */
export const aNoIsANo: Rule =
  () =>
  ({ before, after, event }) => {
    if (!rejected(before) || rejected(after) || after.fault || after.rollback || after.abort) return null;
    return event.kind === 'approve' ? null : `${event.kind} was enough`;
  };
