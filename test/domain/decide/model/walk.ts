/**
 * Walks a plan as the workflow does: what may begin begins, the box answers, people talk, time
 * passes. After the drawn commands everybody helps, and the rollout has to come to its end.
 */
import { toCheck } from '../../../../domain/decide/check-due';
import type { RolloutEvent } from '../../../../domain/decide/rollout-event';
import type { Plan } from '../../../../domain/model/plan';
import type { Progress } from '../../../../domain/model/progress';
import { checkedOf, strayOf } from './box';
import type { Command } from './commands';
import { answerGate, liftOf, messageOf, simply } from './messages';
import type { Said } from './messages';
import { makeWalker } from './walker';
import type { Walker } from './walker';

/** Far more than any rollout of these plans needs once everybody helps. */
const ROUNDS = 2_000;
const TIMES = [1, 100, 4_999, 5_000, 30_000, 61_000, 600_000, 3_600_000] as const;
/** Draws a good answer to every step. */
const WELL = 9;

export function walk(plan: Plan, commands: readonly Command[]): Walker {
  const walker = makeWalker(plan);
  const said: (Said | RolloutEvent)[] = [];
  walker.goRound();
  for (const one of commands) {
    obey(walker, one, said);
    walker.goRound();
  }
  for (let round = 0; walker.broken === null && helps(walker, round); round += 1) {
    walker.goRound();
    if (round > ROUNDS) walker.broken ??= `comes to no end: ${JSON.stringify(walker.decision())}`;
  }
  return walker;
}

function obey(walker: Walker, one: Command, said: (Said | RolloutEvent)[]): void {
  const { plan } = walker;
  switch (one.kind) {
    case 'answer':
      return answer(walker, one, said);
    case 'repeat':
      return repeat(walker, said.at(-1 - one.back));
    case 'stray': {
      const planned = plan.lockers[one.who % plan.lockers.length];
      const at = planned && walker.progress.lockers[planned.name];
      if (planned && at) walker.take(strayOf(planned.name, at, one.how), 'stray');
      return;
    }
    case 'message': {
      const message = messageOf(plan, walker.progress, one, walker.now);
      said.push(message);
      return walker.say(message);
    }
    case 'crash-loop':
      return crash(walker, one.who, said);
    case 'time':
      return passTime(walker, one.how);
    case 'late':
      return comeLate(walker, one.ms);
    case 'death':
      walker.progress = JSON.parse(JSON.stringify(walker.progress)) as Progress;
  }
}

/** The full checks, where they are due and the box has nothing else to do, or now and then before that. */
function check(walker: Walker, how: number): boolean {
  const decision = walker.decision();
  const moment = decision.kind === 'walk' ? decision.check : undefined;
  if (moment === undefined || (walker.working().length > 0 && how % 2 === 0)) return false;
  walker.take(checkedOf(moment, toCheck(walker.plan, walker.progress, moment), how), 'answer');
  return true;
}

function answer(walker: Walker, { who, how }: { who: number; how: number }, said: (Said | RolloutEvent)[]): void {
  if (check(walker, how)) return;
  const busy = walker.working();
  const planned = busy[who % Math.max(1, busy.length)];
  const at = planned && walker.progress.lockers[planned.name];
  const event = planned && at && walker.box.answer(planned, at, how);
  if (!event) return;
  walker.take(event, 'answer');
  said.push(event);
}

/** Of any of them that has ended: the box tells what it sees, and for whom it counts is the decider's business. */
function crash(walker: Walker, who: number, said: (Said | RolloutEvent)[]): void {
  const ended = walker.plan.lockers.filter(({ name }) => walker.stageOf(name) === 'ended');
  const name = ended[who % Math.max(1, ended.length)]?.name;
  if (name === undefined) return;
  const { cycle = 0 } = walker.progress.lockers[name] ?? {};
  const event: RolloutEvent = { kind: 'crash-loop', locker: name, cycle, crashes: 3, why: 'exit 1' };
  walker.take(event, 'answer');
  said.push(event);
}

function repeat(walker: Walker, again: Said | RolloutEvent | undefined): void {
  if (again === undefined) return;
  if ('message' in again) walker.say(again);
  else walker.take(again, 'repeat');
}

const dueOf = (walker: Walker): number | null => {
  const decision = walker.decision();
  return decision.kind === 'walk' ? decision.waitUntil : null;
};

/** Never beyond what is waited for: that is for `late`. */
function passTime(walker: Walker, how: number): void {
  const due = dueOf(walker);
  const left = due === null ? Number.POSITIVE_INFINITY : Math.max(1, due - walker.now);
  const wanted = how % 3 === 0 && due !== null ? left - (how % 2) : (TIMES[how % TIMES.length] ?? 1);
  walker.now += Math.min(wanted, left);
}

function comeLate(walker: Walker, ms: number): void {
  const due = dueOf(walker);
  if (due === null) return;
  walker.now = Math.max(walker.now, due) + ms;
  walker.take({ kind: 'late', ms }, 'late');
}

/** False: it has come to its end. */
function helps(walker: Walker, round: number): boolean {
  const { plan, progress } = walker;
  const decision = walker.decision();
  if (decision.kind === 'done') return false;
  const due = decision.waitUntil;
  if (walker.working().length > 0 || decision.check) answer(walker, { who: round, how: WELL }, []);
  else if (decision.ask?.kind === 'approve') walker.say(answerGate('approve', decision.ask.batch, { plan, progress }));
  else if (decision.ask?.kind === 'resume') walker.say(simply('resume'));
  else if (decision.ask) {
    const { hold } = decision.ask;
    const way = hold.liftedBy[round % hold.liftedBy.length] ?? 'resume';
    walker.say(liftOf(way, hold, { plan, progress }));
  } else if (due !== null) walker.now = Math.max(walker.now + 1, due);
  else if (decision.begin.length === 0) walker.broken ??= `waits for nothing: ${JSON.stringify(decision)}`;
  return true;
}
