import { execFileSync } from 'node:child_process';
import { GitRef } from '../../../domain/model/ids';

const taken = (ref: string) => GitRef.safeParse(ref).success;
const said = (ref: string) => GitRef.safeParse(ref).error?.issues[0]?.message ?? '';

test.each([
  'stable',
  'v2.4.0+build.7',
  '#123',
  '@types/node',
  'a=b,c',
  'größe',
  'o\u0308ffentlich',
  'ветка/один',
  '功能',
  'up-50%!',
  '_x',
  'refs/heads/x',
  'refs/tags/-x',
  'a@b',
  'feature/a.b-c_d',
])('a person may ask for %s, which git takes as well', (ref) => {
  expect(taken(ref)).toBe(true);
  execFileSync('git', ['check-ref-format', `refs/heads/${ref}`]);
});

test.each([
  'a/',
  '/a',
  'a//b',
  '.a',
  'a/.b',
  'a.lock',
  'a.lock/b',
  'a.',
  'a..b',
  'a~1',
  'a^',
  'a:b',
  'a?',
  'a*',
  'a[',
  'a\\b',
  '@{u}',
  'a@{1}',
  'a b',
  '\u007f',
])('%j is no ref, for git neither', (ref) => {
  expect(taken(ref)).toBe(false);
  expect(() => execFileSync('git', ['check-ref-format', `refs/heads/${ref}`])).toThrow();
});

test.each([
  "a'b",
  'a"b',
  '$(id)',
  '`id`',
  'a;b',
  'a|b',
  'a&b',
  '(a)',
  '<a',
  '-a',
  '--upload-pack=x',
  '',
  'a\n',
  'a\u202eb',
  'a\u200bb',
  '@',
])('%j is refused whatever git says', (ref) => expect(taken(ref)).toBe(false));

test('a look-up of git is told apart from a name, and a name that is not taken has its way round', () => {
  expect(said('stable~1')).toContain('look-up of git');
  expect(said('v1^{}')).toContain('look-up of git');
  expect(said('a&b')).toContain('give the full commit id instead');
  expect(said('x'.repeat(201))).toContain('at most 200');
});
