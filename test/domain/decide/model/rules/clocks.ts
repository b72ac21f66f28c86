/** Soaks and gates by a clock of their own, which stands while it is paused and while no workflow code ran. */
import type { LockerName } from '../../../../../domain/model/ids';
import type { Plan } from '../../../../../domain/model/plan';
import type { Progress } from '../../../../../domain/model/progress';
import type { Rule, Step } from '../step';
import { START } from '../draw-plan';

/** Milliseconds that have counted since the mark. */
function makeClock() {
  let counted = 0;
  let last = START;
  return {
    pass({ before, now, event }: Step) {
      const late = event.kind === 'late' ? event.ms : 0;
      if (before.pause === null) counted += Math.max(0, now - last - late);
      last = now;
    },
    mark() {
      counted = 0;
    },
    counted: () => counted,
  };
}

function soakOf({ batches }: Plan, { batch, overlay }: Progress): number {
  return overlay?.rules.soakMs ?? batches[batch - 1]?.soakMs ?? 0;
}
const halted = ({ pause, holds, abort, fault, rollback }: Progress) =>
  Boolean(pause ?? abort ?? fault ?? rollback) || holds.length > 0;

/** No batch and no gate comes before its soak, and none later than it. */
export const aSoakIsAsLongAsItIs: Rule = (plan) => {
  const clock = makeClock();
  return (step) => {
    const { before, after, origin, decision } = step;
    if (origin === 'refused') return null;
    clock.pass(step);
    const wasOpen = before.batch <= plan.batches.length && before.gate === null;
    const passed = after.batch > before.batch || (before.gate === null && after.gate !== null && after.gate.batch > before.batch);
    // A batch of no time at all ends and passes in one step.
    const soaked = before.batchEndedAt === null ? 0 : clock.counted();
    const needs = soakOf(plan, { ...before, overlay: after.overlay ?? null });
    if (wasOpen && passed && soaked < needs) return `batch ${before.batch} soaked ${soaked} ms of ${needs}`;
    // One that crashes and has nowhere to go opens its batch and ends it in one step.
    const anew = step.event.kind === 'crash-loop' && before.batchEndedAt !== after.batchEndedAt;
    const ends = before.batchEndedAt === null || after.batch > before.batch || anew;
    if (ends && after.batchEndedAt !== null) clock.mark();
    const over = after.batchEndedAt !== null && after.gate === null && !halted(after) && clock.counted() >= soakOf(plan, after);
    const checks = decision.kind === 'walk' && decision.check !== undefined;
    return over && !checks
      ? `batch ${after.batch} has soaked ${clock.counted()} ms of ${soakOf(plan, after)}, and nothing follows`
      : null;
  };
};

const held = ({ holds }: Progress) => holds.some(({ reason }) => reason === 'gate-timeout');

/** Never approved by time; held, or aborted by policy, no sooner than it says. */
export const aGateWaitsAsLongAsItSays: Rule = (plan) => {
  const clock = makeClock();
  return (step) => {
    const { before, after, origin, event } = step;
    if (origin === 'refused') return null;
    clock.pass(step);
    const waited = clock.counted();
    const lifted = event.kind === 'resume' && before.holds.length > after.holds.length;
    if (before.gate?.batch !== after.gate?.batch || lifted) clock.mark();
    if (after.approvals.length > before.approvals.length && event.kind !== 'approve') return 'approved, and nobody said so';
    const gaveUp = (!held(before) && held(after)) || (before.abort === null && after.abort?.actor === 'the policy');
    const { gateTimeoutMs } = plan.policy;
    return gaveUp && before.gate !== null && waited < gateTimeoutMs ? `gave up after ${waited} ms of ${gateTimeoutMs}` : null;
  };
};

/** A pause with an end lifts itself then and not before; one without never does. */
export const aPauseEndsWhenItSays: Rule =
  () =>
  ({ before, after, event, now }) => {
    const { pause } = before;
    if (pause === null) return null;
    if (after.pause !== null)
      return pause.until != null && now >= pause.until && event.kind !== 'late' ? 'it goes on beyond its time' : null;
    const byPerson = ['resume', 'abort', 'rollBack'].includes(event.kind) || after.abort !== null || after.fault !== null;
    if (byPerson) return null;
    return pause.until != null && now >= pause.until ? null : `${event.kind} lifted it`;
  };

/** One that is begun anew comes to no end by that. */
const cameToAnEnd = (before: Progress, after: Progress): boolean =>
  Object.entries(after.lockers).some(([name, { stage, endedAt }]) => {
    const was = before.lockers[name as LockerName];
    return stage === 'ended' && (was?.stage !== 'ended' || was.endedAt !== endedAt);
  });
const stands = ({ holds }: Progress): boolean => holds.some(({ reason }) => reason === 'no-progress');

/** Held for when no locker comes to its end for so long, neither sooner nor never. */
export const aStandstillIsSeen: Rule = (plan) => {
  const { progressDeadlineMs: within = null } = plan.policy;
  let moved = START;
  return ({ before, after, origin, now }) => {
    if (within === null || origin === 'refused') return null;
    const still = now - moved;
    if (cameToAnEnd(before, after)) moved = now;
    if (!stands(before) && stands(after)) return still < within ? `holds after ${still} ms of ${within}` : null;
    const busy = Object.values(after.lockers).filter(({ stage }) => stage !== 'waiting' && stage !== 'ended');
    if (busy.length === 0 || halted(after) || after.gate !== null) return null;
    const since = Math.max(moved, after.acknowledged.at ?? 0, Math.min(...busy.map(({ beganAt }) => beganAt ?? now)));
    return now - since > within ? `stood still for ${now - since} ms of ${within}, and goes on` : null;
  };
};
