/**
 * Seconds down as an owner feels them, by nobody's word but the locker's: its boot log says when it
 * was told to stop, and from then on it is asked over HTTP until it answers. Lockers that serve are
 * not asked: on a small machine the asking would be most of the work.
 */
import { watch } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { askHttp } from '../box/locker/ask-http';
import { SANDBOX_VALUES } from '../sandbox/sandbox-fleet';
import type { Sandbox } from '../test/support/sandbox';

const ASK_EVERY_MS = 30;
const ANSWER_WITHIN_MS = 2_000;
/** One that never comes back must not be asked for ever. */
const GIVE_UP_MS = 120_000;

export interface Downtime {
  readonly locker: string;
  /** Epoch milliseconds. */
  readonly signalledAt: number;
  readonly answeredAt: number;
}

export interface OutsideWatch {
  readonly seen: readonly Downtime[];
  /** Waits for those that are down just now. */
  close(): Promise<void>;
}

export async function watchFromOutside(sandbox: Sandbox): Promise<OutsideWatch> {
  const seen: Downtime[] = [];
  const waits = new Set<Promise<void>>();
  const eyes = await Promise.all(sandbox.lockers.map((locker) => watchLocker(sandbox, locker, { seen, waits })));
  return {
    seen,
    close: async () => {
      await Promise.all(waits);
      await Promise.all(eyes.map((end) => end()));
    },
  };
}

interface Book {
  readonly seen: Downtime[];
  readonly waits: Set<Promise<void>>;
}

async function watchLocker(sandbox: Sandbox, locker: string, { seen, waits }: Book): Promise<() => Promise<void>> {
  const file = join(sandbox.boxLayout.me(locker), '.boot-log');
  const handle = await open(file, 'r');
  const tail = { handle, at: (await handle.stat()).size };
  let reading = Promise.resolve();
  const note = async (signalledAt: number) => {
    const answeredAt = await untilAnswered(sandbox.address(locker));
    if (answeredAt !== null) seen.push({ locker, signalledAt, answeredAt });
  };
  const look = async () => {
    for (const { event, at } of await newEvents(tail)) {
      if (event !== 'signal') continue;
      const wait = note(Date.parse(at));
      waits.add(wait);
      void wait.finally(() => waits.delete(wait));
    }
  };
  const watcher = watch(file, () => {
    reading = reading.then(look);
  });
  return async () => {
    watcher.close();
    await reading;
    await handle.close();
  };
}

async function newEvents(tail: { handle: FileHandle; at: number }): Promise<{ event: string; at: string }[]> {
  const { size } = await tail.handle.stat();
  if (size <= tail.at) return [];
  const bytes = Buffer.alloc(size - tail.at);
  await tail.handle.read(bytes, 0, bytes.length, tail.at);
  // A line is written by one call: it is never seen half.
  tail.at = size;
  const lines = bytes.toString('utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as { event: string; at: string });
}

/**
 * A locker that was told to stop refuses connections from that moment on. The questions overlap: one
 * that was sent while its network was gone would wait a second for TCP to send it again.
 */
export async function untilAnswered(address: string): Promise<number | null> {
  const { port } = SANDBOX_VALUES;
  const until = Date.now() + GIVE_UP_MS;
  const answers: number[] = [];
  const ask = async () => {
    const answer = await askHttp({ method: 'GET', address, port, path: '/health', timeoutMs: ANSWER_WITHIN_MS });
    if (answer.kind === 'answer' && answer.status === 200) answers.push(Date.now());
  };
  while (answers.length === 0 && Date.now() < until) {
    await sleep(ASK_EVERY_MS);
    void ask();
  }
  return answers[0] ?? null;
}
