/**
 * What became of lockers, by nobody's word but their own: the boot log says when one was told to
 * stop and when its next life began, the data file when it had finished its work and when it served
 * again (its first item is accepted in the moment in which it listens). Read afterwards: on a small
 * machine asking them over HTTP would be most of the work.
 */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sandbox } from '../test/support/sandbox';

const LOOK_EVERY_MS = 10;

/** Epoch milliseconds; null: it did not happen. */
export interface Life {
  readonly locker: string;
  /** Its last work in flight ended, before the signal. */
  readonly idleAt: number | null;
  readonly signalledAt: number | null;
  readonly bootedAt: number | null;
  readonly servingAt: number | null;
}

interface Event {
  readonly at: string;
  readonly event?: string;
  readonly kind?: string;
}

/** The last stop and start of each since then. */
export async function livesSince(sandbox: Sandbox, since: number, lockers = sandbox.lockers): Promise<Life[]> {
  return Promise.all(
    lockers.map(async (locker) => {
      const me = sandbox.boxLayout.me(locker);
      const [boots, data] = await Promise.all([linesOf(join(me, '.boot-log')), linesOf(join(me, 'data'))]);
      return { locker, ...lifeOf(boots.map(parse), data.map(afterSum).map(parse), since) };
    }),
  );
}

const parse = (line: string): Event => JSON.parse(line) as Event;
const afterSum = (line: string): string => line.slice(line.indexOf(' ') + 1);
const linesOf = async (file: string): Promise<string[]> =>
  (await readFile(file, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');

/** Pure. */
export function lifeOf(boots: readonly Event[], data: readonly Event[], since: number): Omit<Life, 'locker'> {
  const last = (events: readonly Event[], fits: (event: Event, at: number) => boolean): number | null => {
    const found = events.findLast((event) => Date.parse(event.at) >= since && fits(event, Date.parse(event.at)));
    return found ? Date.parse(found.at) : null;
  };
  const signalledAt = last(boots, ({ event }) => event === 'signal');
  const bootedAt = last(boots, ({ event }, at) => event === 'boot' && at >= (signalledAt ?? since));
  const accepted = data.find(({ kind, at }) => kind === 'accepted' && bootedAt !== null && Date.parse(at) >= bootedAt);
  return {
    idleAt: last(data, ({ kind }, at) => kind === 'done' && signalledAt !== null && at <= signalledAt),
    signalledAt,
    bootedAt,
    servingAt: accepted ? Date.parse(accepted.at) : null,
  };
}

export const dataSize = async (sandbox: Sandbox, locker: string): Promise<number> =>
  (await stat(join(sandbox.boxLayout.me(locker), 'data')).catch(() => ({ size: 0 }))).size;

export interface Await {
  /** Of those that were stopped, the sizes of their data then: nothing grows until they serve. */
  readonly sizes: ReadonlyMap<string, number>;
  readonly withinMs: number;
  readonly everyMs?: number;
}

/** Returns those that do not serve in time. */
export async function untilServing(sandbox: Sandbox, { sizes, withinMs, everyMs = LOOK_EVERY_MS }: Await): Promise<string[]> {
  const until = performance.now() + withinMs;
  let left = [...sizes.keys()];
  while (left.length > 0 && performance.now() < until) {
    await sleep(everyMs);
    const grown = await Promise.all(left.map(async (locker) => (await dataSize(sandbox, locker)) > (sizes.get(locker) ?? 0)));
    left = left.filter((_, index) => !grown[index]);
  }
  return left;
}

export async function sizesOf(sandbox: Sandbox, lockers = sandbox.lockers): Promise<Map<string, number>> {
  return new Map(await Promise.all(lockers.map(async (locker) => [locker, await dataSize(sandbox, locker)] as const)));
}
