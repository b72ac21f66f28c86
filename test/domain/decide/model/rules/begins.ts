/** When a locker may begin at all, and when it may be stopped. */
import type { Progress } from '../../../../../domain/model/progress';
import type { Rule } from '../step';

const halted = ({ pause, holds, abort, fault }: Progress): boolean =>
  pause !== null || holds.length > 0 || abort !== null || fault !== null;

export const nothingBeginsInAHalt: Rule =
  () =>
  ({ event, before, decision, after }) => {
    if (event.kind === 'begin' && halted(before)) return `${event.locker} begins`;
    return decision.kind === 'walk' && decision.begin.length > 0 && halted(after)
      ? `${decision.begin.join(', ')} may begin`
      : null;
  };

/** One that was drained when the halt came is opened again; nor is one stopped on its way forward when all goes back. */
export const nothingIsStoppedInAHalt: Rule =
  (plan) =>
  ({ before, after }) => {
    const stopped = plan.lockers.find(({ name }) => {
      const [was, is] = [before.lockers[name], after.lockers[name]];
      const turns = before.rollback && was?.back !== true;
      return was?.stage === 'draining' && (is?.stage === 'updating' || is?.stage === 'restoring') && (halted(before) || turns);
    });
    return stopped ? `${stopped.name} is to be stopped` : null;
  };

/** One that is tried again, or crashes after its end, is a latecomer: the batch that runs does not wait for it. */
export const batchAfterBatch: Rule = (plan) => {
  const late = new Set<string>();
  return ({ event, before, origin }) => {
    if ((origin === 'door' && event.kind === 'retryLocker') || event.kind === 'crash-loop') late.add(event.locker);
    if (event.kind !== 'begin' || before.rollback) return null;
    const own = plan.batches.find(({ lockers }) => lockers.includes(event.locker));
    if (!own) return `${event.locker} is in no batch`;
    if (before.lockers[event.locker]?.back === true) return null;
    const former = plan.batches.filter(({ number }) => number < own.number).flatMap(({ lockers }) => lockers);
    const open = former.filter((name) => {
      const at = before.lockers[name];
      return at?.stage !== 'ended' && at?.back !== true && !late.has(name);
    });
    return open.length === 0 ? null : `${event.locker} of batch ${own.number} begins while ${open.join(', ')} has not ended`;
  };
};

/** An approval of exactly that batch, unless a person took the gate away. */
export const noGateIsPassedUnapproved: Rule = (plan) => {
  const takenAway = new Set<number>();
  const approved = new Set<number>();
  return ({ event, origin, before, after }) => {
    if (origin === 'door' && event.kind === 'approve') approved.add(event.batch);
    if (origin === 'door' && event.kind === 'adjust' && event.rules.gates) {
      const { gates } = event.rules;
      for (const { number } of plan.batches) {
        if (gates.includes(number - 1)) takenAway.delete(number);
        else takenAway.add(number);
      }
    }
    if (event.kind !== 'begin' || before.rollback) return null;
    const own = plan.batches.find(({ lockers }) => lockers.includes(event.locker));
    if (!own) return null;
    // Only a point of no return gives it a gate, and no adjustment takes that away.
    if (own.number === 1)
      return own.gate && !approved.has(1) ? `${event.locker} begins past the point of no return, unapproved` : null;
    const gates = after.overlay?.rules.gates;
    const gated = gates === undefined ? own.gate : gates.includes(own.number - 1);
    // A gate that is set after its batch has been let in comes too late.
    if (!gated || takenAway.has(own.number) || approved.has(own.number) || after.lockers[event.locker]?.cycle !== 1) return null;
    return `${event.locker} of batch ${own.number} begins, and nobody approved it`;
  };
};

export const onlyInAWindow: Rule =
  (plan) =>
  ({ event, before, now }) => {
    if (event.kind !== 'begin' || before.rollback || !plan.windows) return null;
    const open = plan.windows.some(({ opens, closes }) => opens <= now && now < closes);
    return open ? null : `${event.locker} begins outside of every window`;
  };
