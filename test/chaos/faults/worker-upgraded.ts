/** The worker of a later release: its workflow asks for its commands in another order, under `patched`. */
import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { FaultKind } from '../contract';
import { copyProduct, PRODUCT } from '../referee/product-copy';
import type { RolloutWorld } from '../world';
import { CHANGED_WORKFLOW } from '../../replay/changed-workflow';
import { endWorker } from './worker-terminated';

const copies = new WeakMap<RolloutWorld, string>();

export const workerUpgraded: FaultKind = {
  name: 'worker-upgraded',
  group: 'orchestrator',
  about: 'SIGTERM to the worker; one whose workflow has another order of commands (`patched`) takes over mid-rollout',
  ends: ['succeeded'],
  prepare: async (world) => {
    const copy = await copyProduct(CHANGED_WORKFLOW);
    copies.set(world, copy);
    world.onClose(async () => {
      await endWorker(await world.workerPid());
      await rm(copy, { recursive: true, force: true });
    });
  },
  strike: async (world) => {
    const told = await endWorker(await world.workerPid());
    await startWorkerOf(copies.get(world) ?? '', world);
    return { what: `${told}; a changed one took over` };
  },
};

/** The next command of that release starts its worker. */
async function startWorkerOf(copy: string, world: RolloutWorld): Promise<void> {
  const { env, sandbox } = world.installation;
  const argv = [join(copy, 'starters/lockstep.ts'), 'history', '--box', sandbox.box, '--fleet', sandbox.fleetFile];
  await promisify(execFile)(join(PRODUCT, 'node_modules/.bin/tsx'), argv, { cwd: copy, env: { ...process.env, ...env } });
  const commandLine = await readFile(`/proc/${await world.workerPid()}/cmdline`, 'utf8');
  if (!commandLine.includes(copy)) throw new Error(`the worker that took over is not the changed one: ${commandLine}`);
}
