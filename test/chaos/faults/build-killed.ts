import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { boxPaths } from '../../../box/paths';
import { UNFINISHED } from '../../../box/release/unfinished';
import type { FaultKind } from '../contract';
import type { RolloutWorld } from '../world';
import { killProcess } from './kill-process';

/** The build of the sandbox's service takes a moment only, and comes right after the plan. */
const COMES_WITHIN_MS = 3_000;
const LOOK_EVERY_MS = 2;

export const buildKilled: FaultKind = {
  name: 'build-killed',
  group: 'repository',
  about: "SIGKILL to the release's own build half way, as the OOM killer does it, and every second time to lockerd with it",
  // A build that failed is the release's; one whose lockerd died is built anew.
  ends: ['failed', 'succeeded'],
  moments: ['lease-granted', 'stage-begun'],
  strike: async (world) => {
    const build = await nextBuild(world);
    if (build === null) return { what: 'no build ran', missed: true };
    const both = world.random.number(2) === 0;
    const lockerd = both ? [await killProcess('lockerd', await world.lockerdPid())] : [];
    return { what: [...lockerd, await killProcess('build', build)].join(', ') };
  },
};

async function nextBuild({ installation }: RolloutWorld): Promise<number | null> {
  const home = join(boxPaths(installation.sandbox.boxConfig).codeRoot, UNFINISHED);
  const until = performance.now() + COMES_WITHIN_MS;
  while (performance.now() < until) {
    const found = await processAtHome(home);
    if (found !== null) return found;
    await sleep(LOOK_EVERY_MS);
  }
  return null;
}

async function processAtHome(home: string): Promise<number | null> {
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const environ = await readFile(`/proc/${name}/environ`, 'utf8').catch(() => '');
    if (environ.split('\0').some((entry) => entry.startsWith(`HOME=${home}`))) return Number(name);
  }
  return null;
}
