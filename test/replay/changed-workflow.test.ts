/** How a workflow may change while rollouts run: a changed worker goes on with an old history, if the change is made under `patched`. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { temporal } from '@temporalio/proto';
import { bundleWorkflowCode, DefaultLogger, Worker } from '@temporalio/worker';
import { copyProduct } from '../chaos/referee/product-copy';
import type { Edit } from '../chaos/referee/broken-lockerd';
import { installQuietRuntime } from '../support/rollout-world';
import { BROKEN_WORKFLOW, CHANGED_WORKFLOW } from './changed-workflow';

jest.setTimeout(300_000);
const copies: string[] = [];
afterAll(() => copies.forEach((copy) => rmSync(copy, { recursive: true, force: true })));

async function replayWith(edits: readonly Edit[]): Promise<void> {
  installQuietRuntime();
  const copy = await copyProduct(edits);
  copies.push(copy);
  const workflowBundle = await bundleWorkflowCode({
    workflowsPath: join(copy, 'workflows/index.ts'),
    logger: new DefaultLogger('ERROR'),
  });
  const saved = readFileSync(join(__dirname, 'histories/0.1.0-first.history'));
  const history = temporal.api.history.v1.History.decode(saved);
  await Worker.runReplayHistory({ workflowBundle, replayName: 'changed' }, history, 'box/replay');
}

test('a change of the order of commands under patched goes on with a history from before', async () => {
  await replayWith(CHANGED_WORKFLOW);
});

test('the same change without patched is caught by a saved history', async () => {
  await expect(replayWith(BROKEN_WORKFLOW)).rejects.toThrow(/nondeterminism/i);
});
