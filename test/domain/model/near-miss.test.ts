import { didYouMean, nearMiss } from '../../../domain/model/near-miss';

const keys = ['batches', 'maxDown', 'maxUnproven', 'gates', 'drain', 'soak', 'stop'];

test.each([
  ['maxDwon', 'maxDown'],
  ['max-down', 'maxDown'],
  ['maxdown', 'maxDown'],
  ['gate', 'gates'],
  ['bathces', 'batches'],
  ['stpo', 'stop'],
])('%s is a slip of %s', (word, expected) => {
  expect(nearMiss(word, keys)).toBe(expected);
});

test.each(['zzz', 'rehearsal', ''])('%j is a slip of nothing', (word) => {
  expect(nearMiss(word, keys)).toBeNull();
  expect(didYouMean(word, keys)).toBe('');
});

test('of two as near the first by name is meant, whatever their order', () => {
  expect(nearMiss('lxc1', ['lxc3', 'lxc2'])).toBe('lxc2');
  expect(nearMiss('lxc1', ['lxc2', 'lxc3'])).toBe('lxc2');
});
