/**
 * Where the time of a locker's cycle went, by the box's journal: how long each step took there, and
 * how long the way round the orchestrator was between them.
 */
import { median } from './figures';
import type { Line } from './journal-lines';

interface Span {
  readonly verb: string;
  readonly locker: string;
  readonly from: number;
  readonly to: number;
}

export interface JournalTimes {
  /** Epoch milliseconds: the first drain (or update, where there is none) was accepted. */
  readonly firstAt: number;
  readonly drainMs: number;
  /** From the end of the drain to the beginning of the update: an activity's end and the next one's begin. */
  readonly drainToUpdateMs: number;
  readonly updateMs: number;
  /** Within the update: from its acceptance to the halt signal, to stopped and switched, to serving. */
  readonly beforeSignalMs: number;
  readonly stopMs: number;
  readonly startMs: number;
  readonly updateToVerifyMs: number;
  readonly verifyMs: number;
  /** Lockers in a down slot, on average from the first drain to the last update's end, by the box's own record. */
  readonly slotsUsed: number;
}

/** Pure. */
export function timesOf(lines: readonly Line[]): JournalTimes {
  const spans = spansOf(lines);
  const of = (verb: string) => new Map(spans.filter((span) => span.verb === verb).map((span) => [span.locker, span]));
  const [drains, updates, verifies] = [of('drain'), of('update'), of('verify')];
  return {
    firstAt: Math.min(...[...drains.values(), ...updates.values()].map(({ from }) => from)),
    drainMs: long(drains),
    drainToUpdateMs: between(drains, updates),
    updateMs: long(updates),
    beforeSignalMs: within(lines, { from: { kind: 'job', verb: 'update' }, to: { kind: 'intent', of: 'stop' } }),
    stopMs: within(lines, { from: { kind: 'intent', of: 'stop' }, to: { kind: 'intent', of: 'start' } }),
    startMs: within(lines, { from: { kind: 'intent', of: 'start' }, to: { kind: 'done' } }),
    updateToVerifyMs: between(updates, verifies),
    verifyMs: long(verifies),
    slotsUsed: slotsUsed(drains, updates),
  };
}

type Spans = ReadonlyMap<string, Span>;
const long = (all: Spans): number => median([...all.values()].map(({ from, to }) => to - from));
const between = (before: Spans, after: Spans): number =>
  median([...after].map(([locker, { from }]) => from - (before.get(locker)?.to ?? Number.NaN)).filter(Number.isFinite));

function spansOf(lines: readonly Line[]): Span[] {
  const ends = new Map(
    lines.flatMap(({ kind, token, at }) => (kind === 'done' && token ? [[token, Date.parse(at)] as const] : [])),
  );
  return lines.flatMap(({ kind, token = '', verb, params, at }) => {
    const to = ends.get(token);
    if (kind !== 'job' || verb === undefined || params?.locker === undefined || to === undefined) return [];
    return [{ verb, locker: params.locker, from: Date.parse(at), to }];
  });
}

interface Mark {
  readonly kind: string;
  readonly verb?: string;
  readonly of?: string;
}

/** Median of the way from one mark of a token to another of the same. */
function within(lines: readonly Line[], { from, to }: { from: Mark; to: Mark }): number {
  const begins = new Map(lines.filter(fits(from)).map(({ token, at }) => [token, Date.parse(at)]));
  const ways = lines.filter(fits(to)).map(({ token, at }) => Date.parse(at) - (begins.get(token) ?? Number.NaN));
  return median(ways.filter(Number.isFinite));
}

const fits =
  (mark: Mark) =>
  ({ kind, verb, intent }: Line): boolean =>
    kind === mark.kind && (mark.verb === undefined || mark.verb === verb) && (mark.of === undefined || mark.of === intent?.kind);

function slotsUsed(drains: ReadonlyMap<string, Span>, updates: ReadonlyMap<string, Span>): number {
  const held = [...updates].map(([locker, { from, to }]) => ({ from: drains.get(locker)?.from ?? from, to }));
  const wall = Math.max(...held.map(({ to }) => to)) - Math.min(...held.map(({ from }) => from));
  return held.reduce((sum, { from, to }) => sum + to - from, 0) / wall;
}
