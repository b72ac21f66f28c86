/**
 * What nobody can do without: `lxc-stop`, `lxc-start`, first good answer, as a shell loop would,
 * with no journal, no lease, no proof. `atOnce` 1 is one after the other on the idle box, more is
 * `xargs -P`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sandbox } from '../test/support/sandbox';
import type { Cycle } from './figures';
import { commandsMs, lockersMs } from './machine';
import { untilAnswered, watchFromOutside } from './outside-watch';

export interface BareRun {
  readonly cycles: readonly Cycle[];
  readonly wallMs: number;
  /** Of the lockers and the commands, less what lockers spend while nothing is done to them. */
  readonly cpuMsPerCycle: number;
}

const IDLE_LOOK_MS = 5_000;

const spentBy = async ({ netns }: Sandbox): Promise<number> => (await lockersMs(netns)) + (await commandsMs());

/** CPU milliseconds a second that lockers spend on their own work. */
async function idleRate(sandbox: Sandbox): Promise<number> {
  const [before, began] = [await spentBy(sandbox), performance.now()];
  await sleep(IDLE_LOOK_MS);
  return ((await spentBy(sandbox)) - before) / ((performance.now() - began) / 1_000);
}

export interface BareWish {
  readonly lockers: readonly string[];
  readonly atOnce: number;
  readonly signal: AbortSignal;
}

export async function bareCycles(sandbox: Sandbox, { lockers, atOnce, signal }: BareWish): Promise<BareRun> {
  const idle = await idleRate(sandbox);
  const outside = await watchFromOutside(sandbox);
  const [before, began] = [await spentBy(sandbox), performance.now()];
  const left = [...lockers];
  const walls = new Map<string, number>();
  const loop = async () => {
    for (let locker = left.shift(); locker !== undefined; locker = left.shift()) {
      signal.throwIfAborted();
      walls.set(locker, await cycle(sandbox, locker));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, loop));
  const wallMs = performance.now() - began;
  const spent = (await spentBy(sandbox)) - before - (idle * wallMs) / 1_000;
  await outside.close();
  const cycles = outside.seen.map(({ locker, signalledAt, answeredAt }) => ({
    locker,
    downMs: answeredAt - signalledAt,
    wallMs: walls.get(locker) ?? Number.NaN,
  }));
  return { cycles, wallMs, cpuMsPerCycle: spent / lockers.length };
}

async function cycle(sandbox: Sandbox, locker: string): Promise<number> {
  const began = performance.now();
  const { lxc } = sandbox.boxLayout;
  for (const argv of [
    ['lxc-stop', '-P', lxc, '-n', locker, '-t', '60'],
    ['lxc-start', '-P', lxc, '-n', locker, '-d'],
  ]) {
    const ran = await sandbox.exec(...argv);
    if (ran.code !== 0) throw new Error(`${argv.join(' ')}: exit ${ran.code} ${ran.stderr}`);
  }
  if ((await untilAnswered(sandbox.address(locker))) === null) throw new Error(`${locker} does not answer any more`);
  return performance.now() - began;
}
