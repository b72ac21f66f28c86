/** What the Temporal Web UI tells and lets do, in a browser, while a rollout waits with one failure behind it. */
import { rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { anInstallation, finishedOf } from '../support/installation';
import type { Installation } from '../support/installation';
import { openWebUi } from '../support/web-ui';
import type { WebUi } from '../support/web-ui';

jest.setTimeout(300_000);

const policy = {
  maxDown: 1,
  batches: [1, 1, 'rest'],
  verify: { stable: '1s', goodProbes: 2, deadline: '30s' },
  soak: { canary: '0s', batch: '0s' },
  gates: 'every',
  maxFailures: { total: 3 },
};
const MAX_SCREENSHOT_BYTES = 400_000;

let here: Installation;
let web: WebUi;
/** The locker of batch 2: it says the wrong build and is restored. */
let victim: string;
let planDigest: string;

beforeAll(async () => {
  here = await anInstallation({ lockers: 4, policy });
  await here.sandbox.commit({ message: 'a change' });
  const first = finishedOf(await here.rollout('--yes'));
  const lockers = first['lockers'] as { name: string; batch: number }[];
  victim = lockers.find(({ batch }) => batch === 2)?.name as string;
  planDigest = (first['planDigest'] as string).slice(0, 12);
  const old = await here.sandbox.revision(victim);
  await here.sandbox.misbehave(victim, { kind: 'wrong-build', when: { notBuild: old } });
  await here.lockstep('approve', '--batch', '2');
  const waits = finishedOf(await here.lockstep('watch', '--json'));
  expect(waits).toMatchObject({ state: 'waiting-for-approval', gate: { batch: 3 }, counts: { restored: 1 } });
  web = await openWebUi(here.env);
});
afterAll(async () => {
  await web?.close();
  await here?.close();
});
beforeEach(() => web.open(`workflows/box%2F${here.sandbox.box}`));

test('the details tell batch, locker, failures and what is asked of whom', async () => {
  await web.openTab('User Metadata');
  const text = await web.shows(
    'waiting for approval, batch 2 of 3',
    `${victim} restored: reports another build`,
    'failures: 1 so far; the rollout stops at 4',
    `Approve or reject batch 3 of 3 (2 lockers): npm run lockstep -- approve --box ${here.sandbox.box} --batch 3`,
    `"planDigest":"${planDigest}"`,
  );
  expect(text).not.toMatch(/[*|`]{2}/);
  const path = await web.screenshot('temporal-web-ui.png');
  expect((await stat(path)).size).toBeLessThan(MAX_SCREENSHOT_BYTES);
  if (process.env['LOCKSTEP_UPDATE_SCREENSHOTS'] !== '1') await rm(dirname(path), { recursive: true });
});

test('the timeline names the locker of each step', async () => {
  const [canary = ''] = here.sandbox.lockers.filter((locker) => locker !== victim);
  await web.shows(
    'stageRelease • stage stable-',
    `drainLocker • drain ${canary}`,
    `updateLocker • update ${victim} to stable-`,
    `restoreLocker • restore ${victim} to `,
  );
});

test('search attributes are shown, and find the boxes that wait for a person', async () => {
  await web.openTab('Search Attributes');
  const box = here.sandbox.box;
  await web.shows(
    `"LockstepBox": "${box}"`,
    '"LockstepPhase": "waiting-for-approval"',
    '"LockstepFailed": 1',
    '"LockstepUpdated": 1',
  );
  const listed = (query: string) => web.open(`workflows?query=${encodeURIComponent(query)}`);
  await listed('LockstepPhase="waiting-for-approval"');
  await web.shows('1 Workflow', `box/${box}`);
  await listed('LockstepPhase="running"');
  await web.shows('0 Workflows');
});

test('the pause button says what it does before it does it', async () => {
  await web.page.getByRole('button', { name: 'Pause Workflow' }).filter({ visible: true }).first().click();
  await web.shows('the Worker will no longer process tasks', 'Reason (optional)');
});

test('an approval sent from the page lets the batch begin, and the rollout ends', async () => {
  const { page } = web;
  await page.getByRole('button', { name: 'More Actions' }).filter({ visible: true }).click();
  await page.getByRole('menuitem', { name: 'Send a Signal' }).filter({ visible: true }).click();
  const dialog = page.locator('dialog[open]');
  await dialog.getByTestId('signal-select-button').click();
  await dialog.getByRole('option', { name: /^approve/ }).click();
  await dialog.getByRole('textbox', { name: 'Data' }).fill(JSON.stringify({ actor: 'ann', batch: 3, planDigest }));
  // The editor lays the JSON out anew when it is left, which moves the button away from under a click.
  await dialog.getByText('json/plain').click();
  const submit = dialog.getByTestId('confirm-modal-button');
  // It can still miss; the same approval twice changes nothing.
  for (let tries = 0; tries < 5 && (await submit.isVisible()); tries += 1) {
    await submit.click({ timeout: 2_000 }).catch(() => {});
    await page.waitForTimeout(1_000);
  }
  const last = here.sandbox.lockers.at(-1) as string;
  await web.shows(`verifyLocker • verify ${last}`);
  const ended = await here.lockstep('watch', '--json');
  expect(finishedOf(ended)).toMatchObject({ state: 'completed-with-exceptions', counts: { updated: 3, restored: 1 } });
  await web.shows('COMPLETED');
});
