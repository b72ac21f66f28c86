import type { BoxName } from '../../domain/model/ids';
import type { Finished } from '../../domain/model/status';
import { endNameOf } from './follow-to-end';

const finished = (state: Finished['state'], planned = 6): Finished => {
  const none = { updated: 0, unchanged: 0, restored: 0, failed: 0, skipped: 0, unreachable: 0 };
  const counts = { planned, ...none };
  const box = 'lxc12' as BoxName;
  return { kind: 'finished', box, rollout: 'r', state, release: null, counts, exceptions: [], fault: null };
};

test.each([
  ['succeeded', false, 'succeeded'],
  ['completed-with-exceptions', false, 'completed-with-exceptions'],
  ['aborted', false, 'aborted'],
  ['failed', false, 'failed'],
  ['succeeded', true, 'terminated-and-taken-over'],
  ['completed-with-exceptions', true, 'terminated-and-taken-over'],
  ['aborted', true, 'aborted'],
  ['failed', true, 'failed'],
] as const)('%s, taken over: %s, is the end %s', (state, tookOver, end) => {
  expect(endNameOf(finished(state), tookOver)).toBe(end);
});

test('what fails without a plan was refused: nothing was begun', () => {
  expect(endNameOf(finished('failed', 0), false)).toBe('refused');
});
