/** I1 on hand-made evidence: what is counted, and what is not. */
import { anEvidence, at, done, failed, intent, job, lease, ofLocker, probe, startOf, stopOf, tokenOf } from './an-evidence';
import type { Evidence } from './evidence';
import { judgeSlots } from './judge-slots';

const LOCKERS = ['l01', 'l02', 'l03'];
const limits = { maxDown: 2, maxUnproven: 2 };
const judge = (journal: Evidence['journal'], more: Partial<Evidence> = {}) =>
  judgeSlots(anEvidence(LOCKERS, { journal: [lease(0), ...journal], ...more }), { limits });

const stops = (seconds: number, locker: string, holder = 'r1') => [
  job(seconds, locker, 'update', { holder }),
  intent(seconds, tokenOf(locker, 'update', { holder }), stopOf(`${locker}1`)),
];
const serves = (seconds: number, locker: string) => done(seconds, tokenOf(locker, 'update'), { kind: 'serving' });
const proven = (seconds: number, locker: string) => [
  job(seconds, locker, 'verify'),
  done(seconds, tokenOf(locker, 'verify'), { kind: 'healthy' }),
];
const up = (locker: string, seconds: number) => [...stops(seconds, locker), serves(seconds + 0.1, locker)];

test('as many as there are slots may be down at once', () => {
  expect(judge([...stops(1, 'l01'), ...stops(2, 'l02')])).toEqual([]);
});

test('one more than that is a violation, with who they are', () => {
  const found = judge([...stops(1, 'l01'), ...stops(2, 'l02'), ...stops(3, 'l03')]);
  expect(found).toMatchObject([{ invariant: 'I1', sentence: '3 lockers are held down at once by r1, allowed are 2' }]);
  expect(found[0]?.evidence[0]).toBe('lockers: l01, l02, l03');
});

test('one that serves again has given its slot back', () => {
  expect(judge([...stops(1, 'l01'), ...stops(2, 'l02'), serves(3, 'l01'), ...stops(4, 'l03')])).toEqual([]);
});

test('one that did not come up keeps its slot until it is restored', () => {
  const broken = done(3, tokenOf('l01', 'update'), { kind: 'not-serving' });
  const restored = [job(3.5, 'l01', 'restore'), done(3.6, tokenOf('l01', 'restore'), { kind: 'serving' })];
  expect(judge([...stops(1, 'l01'), ...stops(2, 'l02'), broken, ...stops(4, 'l03')])).toHaveLength(1);
  expect(judge([...stops(1, 'l01'), ...stops(2, 'l02'), broken, ...restored, ...stops(4, 'l03')])).toEqual([]);
});

test('the restore of one that serves is no begin', () => {
  const restore = [job(4, 'l03', 'restore'), intent(4, tokenOf('l03', 'restore'), stopOf('l032'))];
  expect(judge([...stops(0.5, 'l03'), serves(0.6, 'l03'), ...stops(1, 'l01'), ...stops(2, 'l02'), ...restore])).toEqual([]);
});

test('one that a fault had taken down takes no slot', () => {
  const probes = [probe(2.5, 'l03', false), probe(99, 'l03')];
  expect(judge([...stops(1, 'l01'), ...stops(2, 'l02'), ...stops(3, 'l03')], { probes })).toEqual([]);
});

test('one that did not serve when the rollout planned takes no slot', () => {
  const staged = job(1, '-', 'stage');
  const probes = [probe(0.5, 'l03', false), probe(99, 'l03')];
  const late = [...stops(11, 'l01'), ...stops(12, 'l02'), ...stops(13, 'l03')];
  expect(judge([staged, ...late], { probes })).toEqual([]);
  expect(judge([staged, ...late], { probes: [probe(5, 'l03', false)] })).toHaveLength(1);
});

test('a step that failed gives its slot back, and takes it again when it is asked again', () => {
  const cut = failed(3, tokenOf('l01', 'update'));
  expect(judge([...stops(1, 'l01'), ...stops(2, 'l02'), cut, ...stops(4, 'l03')])).toEqual([]);
  expect(judge([...stops(1, 'l01'), cut, job(3.5, 'l01', 'update'), ...stops(4, 'l02'), ...stops(5, 'l03')])).toHaveLength(1);
});

test('scripts have no slots, and each rollout its own', () => {
  const script = LOCKERS.flatMap((locker) => stops(1, locker, 'local:root-1'));
  expect(judge(script)).toEqual([]);
  expect(judge([...stops(1, 'l01'), ...stops(2, 'l02'), ...stops(3, 'l03', 'r2')])).toEqual([]);
});

test('more unproven ones than may be are a violation', () => {
  const all = LOCKERS.flatMap((locker, index) => [...stops(index, locker), serves(index + 0.5, locker)]);
  expect(judge(all)).toMatchObject([{ sentence: '3 lockers are unproven at once by r1, allowed are 2' }]);
});

test('one that is proven, paid, restored or crashed is not unproven any more', () => {
  const crashed = ofLocker(2, { kind: 'crashed', locker: 'l01', why: 'killed' });
  for (const end of [proven(2, 'l01'), [ofLocker(2, { kind: 'paid', locker: 'l01' })], [job(2, 'l01', 'restore')], [crashed]]) {
    expect(judge([...up('l01', 1), ...end, ...up('l02', 3), ...up('l03', 4)])).toEqual([]);
  }
});

test('a locker that nobody could reach any more is not the slots of the others', () => {
  const reported = { counts: { unreachable: 1 }, ends: new Map(), build: null };
  expect(judge([...stops(1, 'l01'), ...stops(2, 'l02'), ...stops(3, 'l03')], { reported })).toEqual([]);
});

test('what was before the referee is not judged', () => {
  const before = [...stops(-3, 'l01'), ...stops(-2, 'l02'), ...stops(-1, 'l03')];
  expect(judge([...before, intent(1, tokenOf('l01', 'update'), startOf(2))], { since: at(0) })).toEqual([]);
});
