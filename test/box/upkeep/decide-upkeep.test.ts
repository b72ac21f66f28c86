import { array, assert, integer, property } from 'fast-check';
import { decideUpkeep, isCrashLoop, msUntilNextTry } from '../../../box/upkeep/decide-upkeep';
import type { Looked } from '../../../box/upkeep/decide-upkeep';
import { NO_RECORD } from '../../../box/journal/state';
import type { LockerRecord } from '../../../box/journal/records';
import type { Token } from '../../../domain/model/ids';

const now = Date.parse('2026-11-20T12:00:00Z');
const token = 'r1/lxc12/ada/1/update' as Token;
const since = '2026-11-20T11:00:00.000Z';
const owed = { token, from: 1, to: 2, since };
const parked = { by: 'local:jane', token, since };
const ago = (ms: number) => new Date(now - ms).toISOString();
const looked = (record: Partial<LockerRecord>, more: Partial<Looked> = {}): Looked => ({
  record: { ...NO_RECORD, ...record },
  busy: false,
  up: false,
  wasUp: false,
  silent: false,
  free: true,
  now,
  ...more,
});

test.each<[string, Looked, ReturnType<typeof decideUpkeep>]>([
  ['one that runs and was never asked for is wanted up', looked({}, { up: true }), { kind: 'note-wanted' }],
  ['one that is down and was never asked for is left alone', looked({}), { kind: 'none' }],
  ['one that is down, wanted up, after a boot is brought up', looked({ wanted: 'up' }), { kind: 'bring-up', because: 'down' }],
  ['one that was up at the last look has crashed', looked({ wanted: 'up' }, { wasUp: true }), { kind: 'note-crash' }],
  [
    'one whose application died under its init has crashed',
    looked({ wanted: 'up' }, { up: true, dead: { why: 'exit 3', told: false, restart: true } }),
    { kind: 'note-dead', why: 'exit 3' },
  ],
  [
    'it is restarted once that is noted, where the service says so',
    looked({ wanted: 'up' }, { up: true, dead: { why: 'exit 3', told: true, restart: true } }),
    { kind: 'restart' },
  ],
  [
    'and else left as it is',
    looked({ wanted: 'up' }, { up: true, dead: { why: 'exit 3', told: true, restart: false } }),
    { kind: 'none' },
  ],
  [
    'later and later',
    looked({ wanted: 'up', crashes: [ago(500)] }, { up: true, dead: { why: 'exit 3', told: true, restart: true } }),
    { kind: 'none' },
  ],
  [
    'never while it is parked',
    looked({ wanted: 'up', parked }, { up: true, dead: { why: 'exit 3', told: false, restart: true } }),
    { kind: 'none' },
  ],
  ['a stop on purpose stays', looked({ wanted: 'down' }, { wasUp: true }), { kind: 'none' }],
  ['a parked one is left alone, owed or not', looked({ wanted: 'up', parked, owed }, { silent: true }), { kind: 'none' }],
  ['what its rollout still speaks for is the rollout’s', looked({ wanted: 'up', owed }), { kind: 'none' }],
  ['what a silent rollout left is paid', looked({ owed }, { silent: true }), { kind: 'bring-up', because: 'owed' }],
  ['also where it runs, unproven', looked({ owed }, { silent: true, up: true }), { kind: 'bring-up', because: 'owed' }],
  ['never against a running job', looked({ owed }, { silent: true, busy: true }), { kind: 'none' }],
  [
    'a quiesce that nobody speaks for is undone',
    looked({ wanted: 'up', quiesced: { token, since } }, { silent: true, up: true }),
    { kind: 'reopen' },
  ],
  [
    'a quiesce of a rollout that speaks stands',
    looked({ wanted: 'up', quiesced: { token, since } }, { up: true }),
    { kind: 'none' },
  ],
  ['after a crash it waits', looked({ wanted: 'up', crashes: [ago(500)] }), { kind: 'none' }],
  ['and is then brought up', looked({ wanted: 'up', crashes: [ago(1_000)] }), { kind: 'bring-up', because: 'down' }],
])('%s', (_, given, duty) => {
  expect(decideUpkeep(given)).toEqual(duty);
});

test('each crash within five minutes doubles the wait, up to a minute, and old ones are forgotten', () => {
  const wait = (...crashes: number[]) => msUntilNextTry(crashes.map(ago), now);
  expect([wait(), wait(0), wait(10, 0), wait(20, 10, 0)]).toEqual([0, 1_000, 2_000, 4_000]);
  expect(wait(...Array.from({ length: 12 }, () => 0))).toBe(60_000);
  expect(wait(6 * 60_000)).toBe(0);
  expect([isCrashLoop([ago(9), ago(5)], now), isCrashLoop([ago(9), ago(5), ago(1)], now)]).toEqual([false, true]);
});

test('no clock makes it wait longer than a minute', () => {
  assert(
    property(array(integer({ min: -1e12, max: 1e12 }), { maxLength: 12 }), (offsets) => {
      const crashes = offsets.map((offset) => new Date(now + offset).toISOString());
      expect(msUntilNextTry(crashes, now)).toBeLessThanOrEqual(60_000);
    }),
  );
});
