/** Journals as lockerd could have written them, and some that it could not: records of every kind in any order. */
import * as fc from 'fast-check';
import type { Intent, JournalRecord } from '../../../box/journal/records';
import type { LockerName, Token } from '../../../domain/model/ids';

const at = fc.integer({ min: 0, max: 86_399_999 }).map((ms) => new Date(Date.parse('2026-11-20T00:00:00Z') + ms).toISOString());
const kind = fc.constant;
const locker = fc.constantFrom('ada', 'ben', 'cyd').map((name) => name as LockerName);
const holder = fc.constantFrom('r1', 'r2', 'local:jane', 'lockerd');
const verb = fc.constantFrom('update' as const, 'stop' as const, 'start' as const, 'drain' as const);
const token = fc
  .tuple(holder, locker, fc.nat(2), verb)
  .map(([by, name, cycle, step]) => `${by}/lxc12/${name}/${cycle}/${step}` as Token);
const generation = fc.integer({ min: 1, max: 4 });
const version = fc.integer({ min: 1, max: 3 });
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
/** What people write: quotes, line ends and letters of several bytes too. */
const text = fc.oneof(fc.string({ maxLength: 12 }), fc.constantFrom('Zoë said "no"\n', '磁盘已满', '\\u0000', '💾'));
const init = fc.record({ pid: fc.integer({ min: 2, max: 4 }), startTime: fc.constantFrom('7', '8') });
const bootId = fc.constantFrom('boot-1', 'boot-2');

const intent: fc.Arbitrary<Intent> = fc.oneof(
  fc.record({ kind: fc.constantFrom('move' as const, 'link' as const, 'switch' as const), from: maybe(version), to: version }),
  fc.record({ kind: kind('stop' as const), bootId, init, deadline: at, signal: fc.boolean() }),
  fc.record({ kind: fc.constantFrom('kill' as const, 'quiesce' as const), bootId, init }),
  fc.record({ kind: kind('start' as const), bootId, version: maybe(version) }),
  fc.record({ kind: fc.constantFrom('thaw' as const, 'unquiesce' as const) }),
);

const ofBox: fc.Arbitrary<JournalRecord> = fc.oneof(
  fc
    .record({ at, holder, generation, by: text, from: maybe(holder) })
    .map(({ from, ...lease }) => ({ at: lease.at, kind: 'lease' as const, lease: leaseOf(lease), from })),
  fc.record({ at, kind: kind('lease-released' as const), generation }),
  fc.record({ at, kind: kind('boot' as const), bootId }),
  fc.record({
    at,
    kind: kind('freeze' as const),
    freeze: maybe(fc.record({ by: holder, reason: text.map((reason) => `${reason}.`), since: at })),
  }),
);
const leaseOf = ({ holder: by, generation: number, at: since }: { holder: string; generation: number; at: string }) => ({
  holder: by,
  generation: number,
  by: 'jane',
  since,
});

const ofJob: fc.Arbitrary<JournalRecord> = fc.oneof(
  fc.record({ at, kind: kind('job' as const), token, verb, params: fc.record({ locker, why: text }), holder, generation }),
  fc.record({ at, kind: kind('adopted' as const), token, generation }),
  fc.record({ at, kind: kind('intent' as const), token, intent }),
  fc.record({ at, kind: kind('effect' as const), token, effect: fc.constantFrom('stop', 'start', 'switch', 'quiesce') }),
  fc.record({
    at,
    kind: kind('done' as const),
    token,
    result: fc.record({ kind: fc.constantFrom('serving', 'stopped', 'stop-timed-out', 'idle'), evidence: fc.array(text) }),
  }),
  fc.record({ at, kind: kind('failed' as const), token, fault: fc.record({ code: kind('DiskFull'), sentence: text }) }),
);

const ofLocker: fc.Arbitrary<JournalRecord> = fc.oneof(
  fc.record({ at, kind: kind('wanted' as const), locker, wanted: fc.constantFrom('up' as const, 'down' as const) }),
  fc.record({
    at,
    kind: kind('owed' as const),
    locker,
    owed: fc.record({ token, from: maybe(version), to: maybe(version), since: at }),
  }),
  fc.record({ at, kind: kind('paid' as const), locker }),
  fc.record({ at, kind: kind('parked' as const), locker, parked: maybe(fc.record({ by: holder, token, since: at })) }),
  fc.record({ at, kind: kind('next' as const), locker, version: maybe(version) }),
  fc.record({ at, kind: kind('quiesced' as const), locker, quiesced: maybe(fc.record({ token, since: at })) }),
  fc.record({ at, kind: kind('crashed' as const), locker, why: text }),
);

export const records: fc.Arbitrary<JournalRecord[]> = fc
  .array(fc.oneof(ofBox, { weight: 3, arbitrary: ofJob }, { weight: 2, arbitrary: ofLocker }), {
    minLength: 1,
    maxLength: 40,
    size: 'max',
  })
  .map((some) => [{ at: '2026-11-20T00:00:00.000Z', kind: 'journal', format: 1, box: 'lxc12' }, ...some]);
