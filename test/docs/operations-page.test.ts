/** docs/operations.md: its texts are what the product prints, and each symptom is brought about by the test that it names. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { namedTestsOf, testText } from './named-tests';
import { pageText, ROOT, sectionsOf } from './pages';
import { SYMPTOMS } from './symptoms';

const sections = sectionsOf(pageText('docs/operations.md'), '###');
const titles = sections.map(({ title }) => title);
const textOf = (wanted: string) => sections.find(({ title }) => title === wanted)?.text ?? '';

test('every reason to hold has its section, and each such section is of a reason', () => {
  const source = readFileSync(join(ROOT, 'domain/model/progress.ts'), 'utf8');
  const union = /interface Hold \{[^]*?readonly reason:([^;]*);/.exec(source)?.[1] ?? '';
  const reasons = [...union.matchAll(/'([a-z-]+)'/g)].map(([, reason = '']) => reason);
  expect(reasons.length).toBeGreaterThan(5);
  const told = titles.flatMap((title) => /^The rollout holds: (.+)$/.exec(title)?.[1] ?? []);
  expect(told.toSorted()).toEqual(reasons.toSorted());
});

test.each(Object.entries(SYMPTOMS))('%s: the page shows what the product prints', (title, print) => {
  const shown = /^```text\n([^]*?)\n```$/m.exec(textOf(title))?.[1];
  expect(shown?.split('\n')).toEqual(
    print()
      .split('\n')
      .map((line) => line.trimEnd()),
  );
});

test('no other section shows a text that nobody compares', () => {
  const shown = sections.filter(({ text }) => text.includes('```text')).map(({ title }) => title);
  expect(shown.toSorted()).toEqual(Object.keys(SYMPTOMS).toSorted());
});

describe.each(titles)('%s', (title) => {
  const text = textOf(title);

  test('says what it means, what to look at and what to do', () => {
    for (const part of ['Means', 'Look', 'Do']) expect(text).toMatch(new RegExp(`^- ${part}:`, 'm'));
  });

  test('names tests that are there', () => {
    const named = namedTestsOf(text);
    expect(named.length).toBeGreaterThan(0);
    for (const one of named) expect({ ...one, found: testText(one) !== null }).toEqual({ ...one, found: true });
  });
});
