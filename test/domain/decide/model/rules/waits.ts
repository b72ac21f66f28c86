/** It always waits for something, goes by what can be written down, and takes drains back only where nothing goes on. */
import { isDeepStrictEqual } from 'node:util';
import { decide } from '../../../../../domain/decide/decide';
import type { Progress } from '../../../../../domain/model/progress';
import type { Rule } from '../step';

export const itNeverWaitsForNothing: Rule =
  (plan) =>
  ({ decision, after, event }) => {
    // A begin is one of several of a round.
    if (decision.kind === 'done' || event.kind === 'begin') return null;
    const busy = plan.lockers.some(
      ({ name }) => !['waiting', 'stuck', 'inconclusive', 'ended'].includes(after.lockers[name]?.stage ?? 'ended'),
    );
    const waits =
      busy || decision.check !== undefined || decision.begin.length > 0 || decision.waitUntil !== null || decision.ask !== null;
    return waits ? null : `${decision.state}, and nobody has anything to do`;
  };

export const drainsAreTakenBackInAHalt: Rule =
  (plan) =>
  ({ decision, after }) => {
    if (decision.kind === 'done') return null;
    const halted = after.pause !== null || after.holds.length > 0 || after.abort !== null || after.fault !== null;
    const due = plan.lockers.filter(({ name }) => {
      const at = after.lockers[name];
      return at?.stage === 'draining' && (halted || (after.rollback && at.back !== true));
    });
    const [wanted, got] = [due.map(({ name }) => name).join(', '), decision.recall.join(', ')];
    return wanted === got ? null : `recalled are ${got || 'none'}, and due are ${wanted || 'none'}`;
  };

/** A new run of the workflow decides the same from what the last one wrote down. */
export const itIsAllInWhatIsWritten: Rule =
  (plan) =>
  ({ after, decision, now }) => {
    const copy = JSON.parse(JSON.stringify(after)) as Progress;
    return isDeepStrictEqual(decide(plan, copy, now), decision) ? null : 'a copy of the progress is decided otherwise';
  };
