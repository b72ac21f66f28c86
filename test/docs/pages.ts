/** The pages for people: README, CONTRIBUTING and docs/, as the tests of this folder read them. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(__dirname, '../..');

/** Paths from the root: the README first, since it is the first that is read. */
export const PAGES: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join('docs', file))
    .toSorted(),
];

export const pageText = (page: string): string => readFileSync(join(ROOT, page), 'utf8');

export interface Section {
  readonly title: string;
  readonly text: string;
}

/** What stands below each heading of this level, up to the next heading of it or of a higher one. */
export function sectionsOf(text: string, level: '##' | '###'): Section[] {
  return text.split(/^(?=#)/m).reduce<Section[]>((sections, part) => {
    const [head = '', ...lines] = part.split('\n');
    const isHeading = head.startsWith(`${level} `);
    return isHeading ? [...sections, { title: head.slice(level.length + 1).trim(), text: lines.join('\n') }] : sections;
  }, []);
}
