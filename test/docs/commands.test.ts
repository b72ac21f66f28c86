/** Every command that a page tells people to type is one of ours, with flags that it takes, and is run by a test or says why not. */
import { VERBS } from '../../starters/verbs/verbs';
import { blocksOf, commandsOf } from './find-commands';
import type { FoundCommand } from './find-commands';
import { NOT_RUN } from './not-run';
import { stepsOf } from './page-steps';
import { PAGES, pageText } from './pages';
import { parseCommand } from './parse-command';
import { RUN_PAGES } from './run-pages';
import { typedFromPages } from './typed-from-pages';

const all = PAGES.flatMap((page) => commandsOf(page, pageText(page)));
const inBlocks = all.filter(({ where }) => where === 'block');
const told = ({ page, line, command }: FoundCommand): string => `${page}:${line} ${command}`;
const reasonOf = ({ command }: FoundCommand) => NOT_RUN.find(({ fits }) => fits.test(command));

test('the pages have commands', () => {
  expect(inBlocks.length).toBeGreaterThan(40);
  expect(all.length).toBeGreaterThan(inBlocks.length + 40);
});

test.each(PAGES)('%s: every block says what it is', (page) => {
  const kinds = blocksOf(pageText(page)).map(({ kind, line }) => ({ line, kind }));
  for (const { line, kind } of kinds)
    expect({ line, kind }).toEqual({ line, kind: expect.stringMatching(/^(sh|text|console|yaml|json|ts)$/) });
});

test.each(all.map((found) => [told(found), found] as const))('%s is understood', async (_, { command, where }) => {
  const said = await parseCommand(command).then(
    () => 'understood',
    (error: unknown) => (error as Error).message,
  );
  // A sentence may name a command without all that it needs.
  const isShort = where === 'sentence' && /^error: (required option|missing required argument)/.test(said);
  expect(isShort ? 'understood' : said).toBe('understood');
});

describe('a mistake is seen', () => {
  test.each([
    ['an unknown command', 'npm run lockstep -- aprove --box lxc12', /no verb "aprove"/],
    ['an unknown flag', 'npm run start-rollout -- --box lxc12 --fast', /unknown option '--fast'/],
    ['a value that is none', 'npm run start-rollout -- --box lxc12 --max-down none', /--max-down "none" can not be used/],
    ['flags that npm would keep', 'npm run lockstep status --box lxc12', /npm keeps/],
    ['a script that is not there', 'npm run nothing', /no script nothing/],
    ['a program that is not ours', 'lxc-destroy -n l01', /nobody here knows the command lxc-destroy/],
    ['a command of the sandbox', 'npm run sandbox -- brake crash-3s', /unknown command 'brake'/],
    ['a command on the box', 'lockerctl stat', /no command stat/],
    ['a flag on the box', 'lxc-start-all --fast', /--fast/],
    ['a fault of the harness', 'npm run chaos -- --fault nonsense', /no fault nonsense/],
    ['a flag of the bench', 'npm run bench -- --boxes 3', /unknown option '--boxes'/],
    ['a layer', 'npm test -- nothing', /no layer nothing/],
  ])('%s', async (_, command, says) => {
    await expect(parseCommand(command)).rejects.toThrow(says);
  });
});

const typed = typedFromPages();
const run = new Set([...RUN_PAGES.flatMap(stepsOf), ...typed].map(({ command }) => command));

test.each(inBlocks.map((found) => [told(found), found] as const))('%s is run by a test, or says why not', (_, found) => {
  expect(run.has(found.command) ? 'is run' : reasonOf(found)?.because).toEqual(expect.any(String));
});

test.each(typed.map((one) => [one.by, one] as const))('%s types what its page tells', (_, { page, command }) => {
  expect(inBlocks.filter((found) => found.page === page).map((found) => found.command)).toContain(command);
});

test('no reason is left over', () => {
  const used = new Set(all.map(reasonOf));
  expect(NOT_RUN.filter((one) => !used.has(one))).toEqual([]);
});

test('the README names every verb', () => {
  const readme = pageText('README.md');
  const table = readme.slice(readme.indexOf('## Commands'), readme.indexOf('## Folders'));
  for (const { name } of VERBS) expect(table).toMatch(new RegExp(`\\b${name}\\b`));
});
