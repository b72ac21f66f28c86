import type { JournalRecord } from '../../box/journal/records';
import type { Token } from '../../domain/model/ids';
import { phaseOf } from './phase-of';
import { recoveryOf } from './recovery-of';

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
const token = (locker: string, step: string) => `r/box/${locker}/1/${step}` as Token;
const job = (locker: string, verb: 'stage' | 'drain' | 'update' | 'verify' | 'settle', second = 0): JournalRecord => ({
  at: at(second),
  kind: 'job',
  token: token(locker, verb),
  verb,
  params: {},
  holder: 'r',
  generation: 1,
});
const done = (locker: string, verb: string, second = 0): JournalRecord => ({
  at: at(second),
  kind: 'done',
  token: token(locker, verb),
  result: {},
});
const lease: JournalRecord = {
  at: at(0),
  kind: 'lease',
  lease: { holder: 'r', generation: 1, by: 'somebody', since: at(0) },
  from: null,
};
const released: JournalRecord = { at: at(9), kind: 'lease-released', generation: 1 };

test.each([
  ['planning', [lease]],
  ['staging', [lease, job('-', 'stage')]],
  ['staging', [lease, job('-', 'stage'), done('-', 'stage')]],
  ['draining', [lease, job('l1', 'drain')]],
  ['updating', [lease, job('l1', 'verify'), job('l2', 'update'), job('l3', 'drain')]],
  ['verifying', [lease, job('l1', 'update'), done('l1', 'update'), job('l1', 'verify')]],
  ['draining', [lease, job('l1', 'drain'), done('l1', 'drain')]],
  ['updating', [lease, job('l1', 'update'), done('l1', 'update')]],
  ['soaking', [lease, job('l1', 'verify'), done('l1', 'verify')]],
  ['settling', [lease, job('l1', 'verify'), done('l1', 'verify'), job('-', 'settle')]],
  ['settling', [lease, job('-', 'settle'), done('-', 'settle')]],
  ['ended', [lease, job('-', 'settle'), done('-', 'settle'), released]],
] as const)('a rollout is %s by what its box has written down', (phase, records) => {
  expect(phaseOf(records)).toBe(phase);
});

test('recovery ends with the next request to the box, not with what lockerd finishes alone', () => {
  const records = [lease, job('l1', 'update', 1), done('l1', 'update', 3), job('l1', 'verify', 17)];
  expect(recoveryOf(records, Date.parse(at(2)))).toBe(1);
  expect(recoveryOf(records, Date.parse(at(18)))).toBeNull();
  const takenUp = job('l1', 'update', 3);
  expect(recoveryOf([lease, job('l1', 'update', 1), takenUp, ...records.slice(2)], Date.parse(at(2)))).toBe(1);
  expect(recoveryOf([...records, released], Date.parse(at(2)))).toBe(1);
});
