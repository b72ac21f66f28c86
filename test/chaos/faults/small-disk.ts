/** A folder of the box on a small filesystem of its own, which can be filled to the last byte. */
import { mkdir, rm, rmdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { evidenceOf, run } from '../../../box/run';
import { bootBox } from '../../../sandbox/boot-box';
import { powerOff } from '../../../sandbox/power-off';
import type { RolloutWorld } from '../world';

const WITHIN_MS = 60_000;
/** At a boot lockerd starts nothing while the machine is under pressure. */
const UP_WITHIN_MS = 300_000;
const LOOK_EVERY_MS = 200;
const MAX_TURNS = 50;

export interface SmallDisk {
  readonly folder: string;
  readonly megabytes: number;
}

/** Under a box without power, since lockers have its folders mounted. It goes with the box: `down` unmounts what lies in it. */
export async function putOnSmallDisk(world: RolloutWorld, { folder, megabytes }: SmallDisk): Promise<void> {
  const { dir, box } = world.installation.sandbox;
  if ((await run(['mountpoint', '-q', folder], { timeoutMs: WITHIN_MS })).code === 0) return;
  await powerOff(await world.box());
  const beside = `${folder}.small`;
  await mkdir(beside);
  await must(['mount', '-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'lockstep-chaos', beside]);
  await must(['cp', '-a', `${folder}/.`, beside]);
  // Whoever looks at it meanwhile sees the one or the other.
  await must(['mount', '--move', beside, folder]);
  await rmdir(beside);
  await bootBox(dir, box);
  await untilAllServe(world);
}

async function untilAllServe({ installation }: RolloutWorld): Promise<void> {
  const { sandbox } = installation;
  const until = performance.now() + UP_WITHIN_MS;
  while (!(await Promise.all(sandbox.lockers.map((locker) => sandbox.health(locker)))).every(Boolean)) {
    if (performance.now() > until) throw new Error('not all lockers came up after the boot');
    await sleep(LOOK_EVERY_MS);
  }
}

/** Returns what frees it again. */
export async function fillDisk(world: RolloutWorld, folder: string): Promise<() => Promise<void>> {
  const filler = join(folder, 'filler');
  const free = () => rm(filler, { force: true });
  world.onClose(free);
  // Again, since others take and give back meanwhile.
  for (let turn = 0, left = await freeBytes(folder); left > 0 && turn < MAX_TURNS; turn += 1, left = await freeBytes(folder)) {
    const from = await stat(filler).then(
      ({ size }) => size,
      () => 0,
    );
    await run(['fallocate', '-o', String(from), '-l', String(left), filler], { timeoutMs: WITHIN_MS });
  }
  return free;
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

async function must(argv: readonly string[]): Promise<void> {
  const ran = await run(argv, { timeoutMs: WITHIN_MS });
  if (ran.code !== 0) throw new Error(evidenceOf(ran).join('\n'));
}
