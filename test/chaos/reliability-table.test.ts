/** docs/reliability.md and the list of faults say the same, both ways. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BOUNDARIES } from './boundaries';
import { ALL_FAULTS } from './faults/all-faults';

const text = readFileSync(join(__dirname, '../../docs/reliability.md'), 'utf8');

/** Rows of the table whose head begins with these cells. */
function rowsUnder(head: string): string[][] {
  const lines = text.split('\n');
  const from = lines.findIndex((line) => line.startsWith(`| ${head} |`));
  expect(from).toBeGreaterThanOrEqual(0);
  const until = lines.findIndex((line, index) => index > from && !line.startsWith('|'));
  return lines.slice(from + 2, until).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

test('the table of ends has a row for each fault, with what it does and how it may end', () => {
  const rows = rowsUnder('fault | group | what is done | allowed ends').map((cells) => cells.join(' | '));
  const faults = ALL_FAULTS.map(({ name, group, about, ends }) => [name, group, about, ends.join(', ')].join(' | '));
  expect(rows.toSorted()).toEqual(faults.toSorted());
});

test('names of faults are kebab-case and each its own', () => {
  const names = ALL_FAULTS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^[a-z]+(-[a-z0-9]+)*$/);
});

test('every step boundary is listed', () => {
  const line = text.split('\n').find((one) => one.includes('`workflow-started`')) ?? '';
  expect([...line.matchAll(/`([a-z-]+)`/g)].map(([, name]) => name)).toEqual(BOUNDARIES.map(({ name }) => name));
});
