/** Every link within the pages leads somewhere: to a file that is there, and to a heading that is there. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { PAGES, pageText, ROOT } from './pages';

interface Link {
  readonly from: string;
  readonly to: string;
}

const links = PAGES.flatMap((page): Link[] =>
  [...pageText(page).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, to = '']) => ({ from: page, to })),
);

/** As GitHub makes it of a heading. */
const anchorOf = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');

const headingsOf = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));

test.each(links)('$from → $to', ({ from, to }) => {
  const [path = '', anchor] = to.split('#');
  const file = path === '' ? join(ROOT, from) : join(ROOT, dirname(from), path);
  expect(existsSync(file)).toBe(true);
  if (anchor !== undefined) expect(headingsOf(file)).toContain(anchor);
});

const near = (page: string): string[] =>
  links.filter(({ from }) => from === page).map(({ from, to }) => join(dirname(from), to.split('#')[0] ?? ''));

test('every page is found from the README, by one link or two', () => {
  const reached = new Set(['README.md', ...near('README.md'), ...near('README.md').flatMap(near)]);
  const decisions = reached.has('docs/decisions');
  const lost = PAGES.filter((page) => !reached.has(page) && !(decisions && dirname(page) === 'docs/decisions'));
  expect(lost.map((page) => relative('.', page))).toEqual([]);
});
