/** The README, typed from top to bottom by a stranger at a fresh checkout, with the outputs that it shows; then the runbook's commands. */
import { missingLine } from '../docs/compare-output';
import { stepsOf } from '../docs/page-steps';
import { aStranger } from '../support/stranger';
import type { Stranger, Typed } from '../support/stranger';

jest.setTimeout(900_000);

let here: Stranger;
beforeAll(async () => {
  here = await aStranger();
});
afterAll(async () => here?.leave());

const steps = stepsOf('README.md');
/** On the live display. */
const HOLDS = /lxc12 {2}held /;
const isLast = (command: string) => command === 'npm run down';

/** A failure shows all that was printed. */
function mustBe(is: boolean, what: string, { command, exit, lines }: Typed): void {
  if (!is) throw new Error(`${what}\n$ ${command}\n${lines.join('\n')}\n→ exit ${exit}`);
}

test('the README ends with what takes everything away again', () => {
  expect(steps.map(({ command }) => command).filter(isLast)).toEqual([steps.at(-1)?.command]);
  expect(steps.filter(({ shown }) => shown !== null).length).toBeGreaterThan(0);
});

test.each(steps.slice(0, -1).map((step) => [`README.md:${step.line} ${step.command}`, step] as const))('%s', async (_, step) => {
  const typed = await here.type(step.command, step.left ? HOLDS : undefined);
  mustBe(typed.exit === step.exit, `the page says exit ${step.exit}`, typed);
  const missing = step.shown && missingLine(step.shown, typed.lines);
  mustBe(missing === null, `the page shows a line that is not printed: ${missing}`, typed);
});

/** On the box, as its root. */
const ON_THE_BOX = /^(lockerctl|update-code|lxc-stop-all|lxc-start-all)\b/;
const typedAs = (command: string) => (ON_THE_BOX.test(command) ? `npm run sandbox -- shell lxc12 ${command}` : command);
const runbook = [...new Set(stepsOf('docs/operations.md').map(({ command }) => command))];

test.each(runbook)('the runbook’s %s is a command that answers', async (command) => {
  const typed = await here.type(typedAs(command));
  // Not wrong use, not a crash of ours; whether there is something to do for it is the state's business.
  mustBe([0, 1, 3, 4, 5].includes(typed.exit ?? -1), 'it is wrong use, or ended otherwise', typed);
  mustBe(!typed.lines.some((line) => /^\s+at .*\.ts:\d+/.test(line)), 'it is a crash of ours', typed);
});

test('and what takes everything away takes everything away', async () => {
  const typed = await here.type(steps.at(-1)?.command ?? '');
  mustBe(typed.exit === 0, 'it must end with 0', typed);
  expect((await here.type('npm run down')).lines).toContain('Nothing was running.');
});
