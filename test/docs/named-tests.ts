/** Pages name the test that produces what they tell: `- Test: FILE: title`. Here the named test is looked up. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './pages';

export interface NamedTest {
  readonly file: string;
  readonly title: string;
}

export function namedTestsOf(text: string): NamedTest[] {
  return [...text.matchAll(/^- Test: `([^`]+)`: (.+)$/gm)].map(([, file = '', title = '']) => ({ file, title }));
}

/** The text of the test of this title, or of the table row of this name; null: there is none. */
export function testText({ file, title }: NamedTest): string | null {
  const path = join(ROOT, file);
  if (!/^test\/.*\.test\.ts$/.test(file) || !existsSync(path)) return null;
  const statements = readFileSync(path, 'utf8').split(/^(?=\s*(?:test|it|describe)\b)/m);
  return statements.find((statement) => titlesIn(statement).includes(title)) ?? null;
}

const STRING = String.raw`(?:'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)"|\`((?:\\.|[^\`\\])*)\`)`;
/** `test('…'`, `test.each(…)('…'` and the first cell of a row `['…',`. */
const TITLE = new RegExp(String.raw`(?:^\s*(?:test|it)\(\s*|\)\(\s*|^\s*\[\s*)${STRING}`, 'gm');

function titlesIn(statement: string): string[] {
  if (!/^\s*(?:test|it)\b/.test(statement)) return [];
  return [...statement.matchAll(TITLE)].map((found) =>
    (found.slice(1).find((text) => text !== undefined) ?? '').replaceAll(/\\(.)/g, '$1'),
  );
}
