import { differences, leftOf, refsIn } from '../../mirror/differences';

const refs = (...lines: string[]) => refsIn(`${lines.map((line) => line.replace(' ', '\t')).join('\n')}\n`);

test('refs differ where one side lacks them or names something else', () => {
  expect(
    differences(
      refs('1 refs/heads/a', '2 refs/heads/b', '3 refs/heads/c'),
      refs('1 refs/heads/a', '9 refs/heads/b', '4 refs/tags/d'),
    ),
  ).toEqual([
    { ref: 'refs/heads/b', there: '2', here: '9' },
    { ref: 'refs/heads/c', there: '3', here: null },
    { ref: 'refs/tags/d', there: null, here: '4' },
  ]);
  expect(differences(refs(), refs())).toEqual([]);
});

test('a ref that moved between two looks is left behind only if it is level with neither', () => {
  const here = refs('1 refs/heads/a', '2 refs/heads/b', '3 refs/heads/c');
  const before = differences(refs('1 refs/heads/a', '7 refs/heads/b', '8 refs/heads/c'), here);
  const after = differences(refs('6 refs/heads/a', '2 refs/heads/b', '9 refs/heads/c'), here);
  expect(leftOf(before, after)).toEqual([{ ref: 'refs/heads/c', there: '9', here: '3' }]);
});
