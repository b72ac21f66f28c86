import { masked, missingLine } from './compare-output';

test('numbers that no two runs share are masked, counts are not', () => {
  expect(masked('lxc12  succeeded  batch 3 of 3  → stable-20261111-g90292d  18s')).toBe(
    'lxc12  succeeded  batch 3 of 3  → stable-<date>-g<sha>  <duration>',
  );
  expect(masked('  12 planned: 12 updated')).toBe('12 planned: 12 updated');
});

test('what is shown must come in order; what is printed beside it may', () => {
  const printed = ['starting', 'one  1s', 'two', 'one  2s', 'three'];
  expect(missingLine(['one  9s', '', 'three'], printed)).toBeNull();
  expect(missingLine(['three', 'one  9s'], printed)).toBe('one  <duration>');
  expect(missingLine(['four'], printed)).toBe('four');
});
