/**
 * What nobody can do without: quiesce, wait until idle, `lxc-stop`, `lxc-start`, first good answer,
 * as a shell loop would, with no journal, no lease, no proof. `atOnce` 1 is one after the other on
 * the idle box, more is `xargs -P`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { askHttp } from '../box/locker/ask-http';
import { SANDBOX_VALUES } from '../sandbox/sandbox-fleet';
import type { Sandbox } from '../test/support/sandbox';
import type { Cycle } from './figures';
import { livesSince, sizesOf, untilServing } from './locker-lives';
import { commandsMs, lockersMs } from './machine';

export interface BareRun {
  readonly cycles: readonly Cycle[];
  readonly wallMs: number;
  /** Of the lockers and the commands, less what lockers spend while nothing is done to them. */
  readonly cpuMsPerCycle: number;
}

const IDLE_LOOK_MS = 5_000;
const IDLE_EVERY_MS = 25;
const ANSWER_WITHIN_MS = 10_000;
/** One that never comes back must not be waited for for ever. */
const GIVE_UP_MS = 120_000;

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
  const [before, began, beganAt] = [await spentBy(sandbox), performance.now(), Date.now()];
  const left = [...lockers];
  const quiescedAt = new Map<string, number>();
  const loop = async () => {
    for (let locker = left.shift(); locker !== undefined; locker = left.shift()) {
      signal.throwIfAborted();
      quiescedAt.set(locker, Date.now());
      await cycle(sandbox, locker);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, loop));
  const wallMs = performance.now() - began;
  const spent = (await spentBy(sandbox)) - before - (idle * wallMs) / 1_000;
  const lives = await livesSince(sandbox, beganAt, lockers);
  const cycles = lives.map(({ locker, idleAt, signalledAt, servingAt }) => {
    const from = quiescedAt.get(locker) ?? Number.NaN;
    const [signalled, serving] = [signalledAt ?? Number.NaN, servingAt ?? Number.NaN];
    return { locker, drainMs: Math.max(0, (idleAt ?? from) - from), downMs: serving - signalled, wallMs: serving - from };
  });
  return { cycles, wallMs, cpuMsPerCycle: spent / lockers.length };
}

async function cycle(sandbox: Sandbox, locker: string): Promise<void> {
  const { lxc } = sandbox.boxLayout;
  await quiesce(sandbox.address(locker));
  await command(sandbox, ['lxc-stop', '-P', lxc, '-n', locker, '-t', '60']);
  const sizes = await sizesOf(sandbox, [locker]);
  await command(sandbox, ['lxc-start', '-P', lxc, '-n', locker, '-d']);
  const late = await untilServing(sandbox, { sizes, withinMs: GIVE_UP_MS });
  if (late.length > 0) throw new Error(`${locker} does not serve any more`);
}

async function quiesce(address: string): Promise<void> {
  const at = { door: { at: { address, port: SANDBOX_VALUES.port } }, timeoutMs: ANSWER_WITHIN_MS } as const;
  await askHttp({ ...at, method: 'POST', path: '/core/quiesce' });
  for (;;) {
    const answer = await askHttp({ ...at, method: 'GET', path: '/core/idle' });
    if (answer.kind !== 'answer' || answer.body.includes('"idle":true')) return;
    await sleep(IDLE_EVERY_MS);
  }
}

async function command(sandbox: Sandbox, argv: readonly string[]): Promise<void> {
  const ran = await sandbox.exec(...argv);
  if (ran.code !== 0) throw new Error(`${argv.join(' ')}: exit ${ran.code} ${ran.stderr}`);
}
