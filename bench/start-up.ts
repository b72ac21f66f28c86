/** A whole box comes up, all of its lockers stopped before: what it costs to start them in each way. */
import { setTimeout as sleep } from 'node:timers/promises';
import { readPressure } from '../box/lane/pressure';
import type { Sandbox } from '../test/support/sandbox';
import { percentile } from './figures';
import { livesSince, sizesOf, untilServing } from './locker-lives';
import { watchPressure } from './pressure-watch';
import type { PressureSeen } from './pressure-watch';
import { onBox } from './start-ways';
import type { StartWay } from './start-ways';

export interface StartUp extends PressureSeen {
  readonly way: string;
  /** From the first command until half of them, and all that ever do, serve. */
  readonly halfMs: number;
  readonly allMs: number;
  /** From a locker's own start until it serves. */
  readonly startP50: number;
  readonly startP99: number;
  /** Refused by LXC, or not serving in time, or not answering afterwards. */
  readonly failed: number;
}

const SERVES_WITHIN_MS = 180_000;
/** PSI, per cent. */
const QUIET = 10;
/** Two hundred looks a second at each of 300 files would be a load of their own. */
const LOOK_EVERY_MS = 100;

export interface StartUpWish {
  readonly signal: AbortSignal;
  /** How long to wait for a quiet machine first. */
  readonly quietWithinMs: number;
}

export async function startUp(sandbox: Sandbox, way: StartWay, { signal, quietWithinMs }: StartUpWish): Promise<StartUp> {
  await stopAll(sandbox);
  await untilQuiet(quietWithinMs, signal);
  const sizes = await sizesOf(sandbox);
  const watch = await watchPressure();
  const began = Date.now();
  const { startedAt, refused } = await way.start(sandbox, signal);
  await untilServing(sandbox, { sizes, withinMs: SERVES_WITHIN_MS, everyMs: LOOK_EVERY_MS });
  const pressure = watch.end();
  const lives = await livesSince(sandbox, began);
  const answers = await answering(sandbox);
  const servingAt = new Map(lives.flatMap((life) => (life.servingAt === null ? [] : [[life.locker, life.servingAt] as const])));
  const good = sandbox.lockers.filter((name) => answers.has(name) && !refused.includes(name) && servingAt.has(name));
  const own = good.map((name) => (servingAt.get(name) ?? Number.NaN) - (startedAt.get(name) ?? Number.NaN));
  const since = good.map((name) => (servingAt.get(name) ?? Number.NaN) - began);
  return {
    way: way.name,
    halfMs: percentile(since, 50),
    allMs: Math.max(...since),
    startP50: percentile(own, 50),
    startP99: percentile(own, 99),
    failed: sandbox.lockers.length - good.length,
    ...pressure,
  };
}

/** By lockerd, so that it knows them as parked and leaves them alone. */
async function stopAll(sandbox: Sandbox): Promise<void> {
  const ran = await onBox(sandbox, 'lxc-stop-all');
  if (ran.code !== 0) throw new Error(`lxc-stop-all: exit ${ran.code}\n${ran.stderr}`);
}

/** What the stop did to the averages must not count for the start. */
async function untilQuiet(withinMs: number, signal: AbortSignal): Promise<void> {
  const until = performance.now() + withinMs;
  while (((await readPressure()).cpuSomeAvg10 ?? 0) > QUIET && performance.now() < until) {
    signal.throwIfAborted();
    await sleep(500);
  }
}

const ASK_AT_ONCE = 10;

/** By their own word they serve; this asks them. */
async function answering(sandbox: Sandbox): Promise<Set<string>> {
  const left = [...sandbox.lockers];
  const good = new Set<string>();
  const ask = async () => {
    for (let locker = left.shift(); locker !== undefined; locker = left.shift())
      if (await sandbox.health(locker)) good.add(locker);
  };
  await Promise.all(Array.from({ length: ASK_AT_ONCE }, ask));
  return good;
}
