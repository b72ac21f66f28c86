/** Evidence made by hand: two lockers on which nothing has happened, and whatever a test adds. Seconds count from the before picture. */
import type { Intent, JournalRecord, NewRecord } from '../../../box/journal/records';
import type { LockerName, Token } from '../../../domain/model/ids';
import type { Verb } from '../../../domain/protocol/verbs';
import type { BootEvent } from '../../support/sandbox';
import type { DataPicture } from './data-picture';
import type { Evidence, Probe } from './evidence';

export const SINCE = Date.parse('2026-11-21T08:00:00.000Z');
export const at = (seconds: number): number => SINCE + seconds * 1_000;
const iso = (seconds: number): string => new Date(at(seconds)).toISOString();

export const ROLLOUT = 'r1';
export const OLD = '1-gaaaaaaaaaaaa';
export const NEW = '2-gbbbbbbbbbbbb';

export function anEvidence(lockers: readonly string[], more: Partial<Evidence> = {}): Evidence {
  const each = <T>(value: (locker: string) => T) => new Map(lockers.map((locker) => [locker, value(locker)]));
  return {
    lockers,
    since: SINCE,
    now: at(100),
    buildsBefore: each(() => OLD),
    answers: each(() => OLD),
    journal: [],
    bootLogs: each(() => [boot(-10, { startTime: '1' })]),
    probes: lockers.flatMap((locker) => [probe(-1, locker), probe(99, locker)]),
    releases: [],
    containers: each(() => ({ state: 'running', startTime: '1', missing: [] })),
    builds: new Map(lockers.flatMap((locker) => [[`${locker}/1`, OLD] as const, [`${locker}/2`, NEW] as const])),
    dataBefore: each(() => aDataPicture()),
    data: each(() => aDataPicture()),
    leftovers: [],
    lockerds: [4711],
    reported: { counts: null, ends: new Map(), build: null },
    ...more,
  };
}

export function aDataPicture(more: Partial<DataPicture> = {}): DataPicture {
  const report = { broken: null, accepted: 3, done: 3, lost: 0, builds: [OLD] };
  return { bytes: 300, report, lostAt: [], continues: true, ...more };
}

export const probe = (seconds: number, locker: string, ok = true): Probe => ({
  at: at(seconds),
  till: at(seconds) + 3,
  locker,
  ok,
});

type Event = Partial<BootEvent> & { readonly startTime: string };
const event =
  (kind: BootEvent['event']) =>
  (seconds: number, more: Event): BootEvent => ({
    at: iso(seconds),
    event: kind,
    build: OLD,
    pid: 1,
    ...more,
  });
export const boot = event('boot');
export const signal = event('signal');
export const exit = event('exit');
export const abort = event('abort');

const stamped = (seconds: number, record: NewRecord): JournalRecord => ({ at: iso(seconds), ...record });
export const tokenOf = (locker: string, verb: Verb, { cycle = 1, holder = ROLLOUT } = {}): Token =>
  `${holder}/lxc12/${locker}/${cycle}/${verb}` as Token;

export const lease = (seconds: number, holder = ROLLOUT, generation = 1): JournalRecord =>
  stamped(seconds, { kind: 'lease', lease: { holder, generation, by: 'jane', since: iso(seconds) }, from: null });
export const job = (seconds: number, locker: string, verb: Verb, more: { holder?: string; generation?: number } = {}) =>
  stamped(seconds, {
    kind: 'job',
    token: tokenOf(locker, verb, more),
    verb,
    params: { locker },
    holder: more.holder ?? ROLLOUT,
    generation: more.generation ?? 1,
  });
export const intent = (seconds: number, token: Token, what: Intent): JournalRecord =>
  stamped(seconds, { kind: 'intent', token, intent: what });
export const effect = (seconds: number, token: Token, what: Intent['kind']): JournalRecord =>
  stamped(seconds, { kind: 'effect', token, effect: what });
export const done = (seconds: number, token: Token, result: object): JournalRecord =>
  stamped(seconds, { kind: 'done', token, result });
export const failed = (seconds: number, token: Token): JournalRecord => stamped(seconds, { kind: 'failed', token, fault: {} });
type OfLocker = Extract<NewRecord, { locker: LockerName }>;
type Told = OfLocker extends infer R ? (R extends OfLocker ? Omit<R, 'locker'> & { locker: string } : never) : never;
export const ofLocker = (seconds: number, record: Told): JournalRecord => stamped(seconds, record as NewRecord);

export const stopOf = (startTime: string, signalled = true): Intent => ({
  kind: 'stop',
  bootId: 'b1',
  init: { pid: 100, startTime },
  deadline: iso(60),
  signal: signalled,
});
export const startOf = (version: number, bootId = 'b1'): Intent => ({ kind: 'start', bootId, version });
