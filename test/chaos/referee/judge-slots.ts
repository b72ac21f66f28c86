/**
 * I1: lockers that served before and that a rollout holds stopped or not yet serving never exceed
 * maxDown, unproven ones never maxUnproven. In the journal's order, which is the order of things: a
 * rollout hears of a step's end after the journal does and asks for the next one before it, so what
 * it holds by the journal is never more than what it knows of. A restore of a locker that served is
 * no begin (the way back waits for no slot), and what a fault took down is not the rollout's.
 */
import { UPKEEP_HOLDER } from '../../../box/upkeep/holder';
import type { Evidence, Limits, Verdict } from './evidence';
import { walkJournal } from './walk-journal';
import type { Step } from './walk-journal';
import { violationOf } from './violation';
import type { Violation } from './violation';
import { servedBefore } from './served-before';

const violation = violationOf('I1');

interface Held {
  readonly holder: string;
  readonly phase: 'down' | 'unproven';
}
type Holds = Map<string, Held>;

export function judgeSlots(evidence: Evidence, { limits }: Pick<Verdict, 'limits'>): Violation[] {
  const allowed = withLost(limits, evidence);
  const holds: Holds = new Map();
  const found: Violation[] = [];
  for (const step of walkJournal(evidence.journal)) {
    const entered = follow(holds, step, evidence);
    if (entered === null || step.at < evidence.since) continue;
    const names = [...holds].filter(([, held]) => isLike(held, entered)).map(([name]) => name);
    const limit = entered.phase === 'down' ? allowed.maxDown : allowed.maxUnproven;
    if (names.length > limit) found.push(tooMany({ ...entered, names, limit }, step));
  }
  return found;
}

/** A rollout that lost a locker may still begin with one more: one slot always stays. */
function withLost({ maxDown, maxUnproven }: Limits, { reported }: Evidence): Limits {
  const lost = reported.counts?.['unreachable'] ?? 0;
  return { maxDown: maxDown + lost, maxUnproven: maxUnproven + lost };
}

const isLike = (one: Held, other: Held): boolean => one.holder === other.holder && one.phase === other.phase;

/** What begins to take a place by this record; null: nothing does. */
function follow(holds: Holds, step: Step, evidence: Evidence): Held | null {
  const { record, job } = step;
  if (record.kind === 'boot') for (const [name, { phase }] of holds) if (phase === 'unproven') holds.delete(name);
  if (record.kind === 'paid') holds.delete(record.locker);
  if (record.kind === 'crashed' && holds.get(record.locker)?.phase === 'unproven') holds.delete(record.locker);
  if (job === null || job.locker === null || !isRollout(job.holder)) return null;
  const enter = (held: Held): Held => {
    holds.set(job.locker as string, held);
    return held;
  };
  if (job.verb === 'verify' && (record.kind === 'done' || record.kind === 'failed')) holds.delete(job.locker);
  if (job.verb === 'restore' && record.kind === 'job' && holds.get(job.locker)?.phase === 'unproven') holds.delete(job.locker);
  if (job.verb !== 'update' && job.verb !== 'restore') return null;
  if (record.kind === 'done') return afterMove(holds, step, enter);
  if (record.kind === 'failed') holds.delete(job.locker);
  if (job.verb !== 'update') return null;
  const down = { holder: job.holder, phase: 'down' } as const;
  const stopped = job.intents.some((intent) => intent.kind === 'stop');
  // Asked again after a fault: what it stopped before it still holds.
  if (record.kind === 'job' && stopped && job.end !== 'done') holds.set(job.locker, down);
  if (record.kind !== 'intent' || record.intent.kind !== 'stop' || holds.has(job.locker)) return null;
  return servedBefore(evidence, { locker: job.locker, holder: job.holder, at: step.at }) ? enter(down) : null;
}

function afterMove(holds: Holds, { record, job }: Step, enter: (held: Held) => Held): Held | null {
  if (record.kind !== 'done' || job?.locker == null) return null;
  const { kind } = record.result as { kind: string };
  if (kind === 'serving') return enter({ holder: job.holder, phase: 'unproven' });
  // Down until it is restored; one that can't be restored is lost, and counted as such by the rollout.
  const stays = job.verb === 'update' && (kind === 'not-serving' || kind === 'stop-timed-out');
  if (!stays) holds.delete(job.locker);
  return null;
}

/** Scripts and lockerd's own upkeep have no slots. */
const isRollout = (holder: string): boolean => holder !== UPKEEP_HOLDER && !holder.startsWith('local:');

function tooMany(held: Held & { names: readonly string[]; limit: number }, { record, at }: Step): Violation {
  const what = held.phase === 'down' ? 'held down' : 'unproven';
  const sentence = `${held.names.length} lockers are ${what} at once by ${held.holder}, allowed are ${held.limit}`;
  return violation(sentence, `lockers: ${held.names.join(', ')}`, `${new Date(at).toISOString()} ${JSON.stringify(record)}`);
}
