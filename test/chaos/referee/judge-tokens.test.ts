/** I2 on hand-made evidence. */
import { anEvidence, done, effect, failed, intent, job, lease, startOf, stopOf, tokenOf } from './an-evidence';
import type { Evidence } from './evidence';
import { judgeTokens } from './judge-tokens';

const token = tokenOf('l01', 'update');
const judge = (...journal: Evidence['journal']) =>
  judgeTokens(anEvidence(['l01'], { journal })).map(({ invariant, sentence }) => `${invariant} ${sentence}`);
const updated = [
  lease(0),
  job(1, 'l01', 'update'),
  intent(1, token, stopOf('1')),
  effect(1, token, 'stop'),
  intent(2, token, startOf(2)),
  effect(2, token, 'start'),
];
const DONE = done(3, token, { kind: 'serving' });

test('a whole update is as it should be', () => {
  expect(judge(...updated, DONE)).toEqual([]);
});

test('a job that was cut off is taken up without a lease', () => {
  expect(judge(...updated, job(4, 'l01', 'update'), done(5, token, { kind: 'serving' }))).toEqual([]);
});

test('a job that failed may be asked again', () => {
  expect(judge(...updated, failed(3, token), job(4, 'l01', 'update'), done(5, token, { kind: 'serving' }))).toEqual([]);
});

test('a token that was answered for is not run again', () => {
  expect(judge(...updated, DONE, job(4, 'l01', 'update'))).toEqual([`I2 ${token} is run again after it was done`]);
});

test('nothing goes on after its end', () => {
  expect(judge(...updated, DONE, intent(4, token, { kind: 'thaw' }))).toEqual([`I2 ${token} goes on after it has ended`]);
});

test('the same start is not done twice in one boot, and may be in the next', () => {
  const twice = `I2 ${token} does a second time: start of version 2 in boot b1`;
  expect(judge(...updated, job(4, 'l01', 'update'), intent(4, token, startOf(2)))).toEqual([twice]);
  expect(judge(...updated, job(4, 'l01', 'update'), intent(4, token, startOf(2, 'b2')))).toEqual([]);
});

test('a start that was cut off before its end may be tried again', () => {
  expect(judge(...updated.slice(0, -1), job(4, 'l01', 'update'), intent(4, token, startOf(2)))).toEqual([]);
});

test('the same init is not signalled twice, and may be waited for twice', () => {
  const again = job(4, 'l01', 'update');
  expect(judge(...updated, again, intent(4, token, stopOf('1')))).toHaveLength(1);
  expect(judge(...updated, again, intent(4, token, stopOf('1', false)))).toEqual([]);
});

test('the same switch is not done twice, unless another one undid it', () => {
  const to = (version: number, owner = token) => [
    intent(4, owner, { kind: 'switch', from: 1, to: version }),
    effect(4, owner, 'switch'),
  ];
  const other = tokenOf('l01', 'start', { holder: 'lockerd' });
  const undone = [job(5, 'l01', 'start', { holder: 'lockerd' }), ...to(1, other)];
  expect(judge(...updated, ...to(2), ...to(2))).toEqual([`I2 ${token} does a second time: switch to version 2`]);
  expect(judge(...updated, ...to(2), ...undone, ...to(2))).toEqual([]);
});

test('nothing of an older generation comes after a newer one, unless that adopted it', () => {
  const late = intent(5, token, { kind: 'switch', from: 1, to: 2 });
  const adopted = { at: lease(4).at, kind: 'adopted', token, generation: 2 } as const;
  expect(judge(...updated, lease(4, 'r2', 2), late)).toEqual([
    `I2 ${token} of generation 1 changes something after generation 2 came`,
  ]);
  expect(judge(...updated, lease(4, 'r2', 2), adopted, late)).toEqual([]);
});

test('nobody is let in without the lease, lockerd itself excepted', () => {
  expect(judge(job(1, 'l01', 'update'))).toEqual([`I2 ${token} of r1 with generation 1 was accepted when nobody held the box`]);
  expect(judge(lease(0), job(1, 'l01', 'update', { holder: 'r2' }))).toHaveLength(1);
  expect(judge(lease(0, 'r1', 2), job(1, 'l01', 'update'))).toHaveLength(1);
  expect(judge(job(1, 'l01', 'start', { holder: 'lockerd' }))).toEqual([]);
});
