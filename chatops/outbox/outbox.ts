/**
 * What is told goes in here and is on the disk before anybody goes on; then it is delivered, at least once, each target by
 * itself and in its order. A chat that is down costs nothing but the wait.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { backOff } from './back-off';
import type { Retry } from './back-off';
import type { ChatJournal } from './chat-journal';
import type { Receipt, Waiting } from './chat-state';

export type Delivered =
  | { readonly kind: 'sent'; readonly receipt: Receipt | null }
  /** `unknown`: it may have arrived. `afterMs`: as the other side asks; nothing else is sent there before. */
  | { readonly kind: 'failed'; readonly why: string; readonly unknown: boolean; readonly afterMs?: number }
  /** It will never be taken. */
  | { readonly kind: 'refused'; readonly why: string };

export interface Place {
  /** Where a former state of it is; null: nowhere that we know of. */
  readonly receipt: Receipt | null;
  /** Since when it may be there without our knowing; null: it is not. */
  readonly doubtSince: number | null;
  /** Where the message of another key is. */
  readonly receiptOf: (key: string) => Receipt | null;
}

export type Deliver = (item: Waiting, place: Place) => Promise<Delivered>;

export interface OutboxOptions {
  readonly journal: ChatJournal;
  readonly deliver: Deliver;
  readonly retry: Retry;
  /** Of the same key: a chat is not redrawn with each locker. */
  readonly pauseMs: number;
  readonly log: (line: string) => void;
  /** Before anything is sent where an outcome could not be written down. */
  readonly troubleMs?: number;
  readonly now?: () => number;
  readonly random?: () => number;
}

export interface Put {
  readonly id: string;
  readonly key: string;
  readonly target: string;
  readonly body: unknown;
  readonly expires?: number | null;
}

export interface Outbox {
  put(...puts: readonly Put[]): void;
  /** Tries what is due, again and again, until the signal; what is under way comes to its end. */
  run(signal: AbortSignal): Promise<void>;
  /** Dead letters are tried again. */
  revive(): void;
}

const LOOK_EVERY_MS = 200;
const AFTER_TROUBLE_MS = 5_000;

export function makeOutbox(options: OutboxOptions): Outbox {
  const { journal, troubleMs = AFTER_TROUBLE_MS, now = Date.now } = options;
  const quietUntil = new Map<string, number>();
  const busy = new Map<string, Promise<void>>();
  let wake = new AbortController();
  const step = () => {
    for (const item of dueItems(journal.state.waiting.values(), now())) {
      const blocked =
        busy.has(item.target) || (quietUntil.get(item.target) ?? 0) > now() || (quietUntil.get(item.key) ?? 0) > now();
      if (blocked) continue;
      const work = deliverOne(options, item, quietUntil)
        .catch((error: unknown) => {
          // A full disk, above all: nothing was forgotten, and nothing more is sent until it can be written down.
          quietUntil.set(item.target, now() + troubleMs);
          options.log(`${item.key}: ${error instanceof Error ? error.message : String(error)}`);
        })
        .finally(() => {
          busy.delete(item.target);
          wake.abort();
        });
      busy.set(item.target, work);
    }
  };
  return {
    put: (...puts) => {
      const at = now();
      journal.append(...puts.map(({ expires = null, ...put }) => ({ kind: 'put', item: { ...put, at, expires } }) as const));
      wake.abort();
    },
    revive: () => {
      journal.append({ kind: 'revived', at: now() });
      wake.abort();
    },
    run: async (signal) => {
      while (!signal.aborted) {
        wake = new AbortController();
        step();
        await sleep(LOOK_EVERY_MS, undefined, { signal: AbortSignal.any([signal, wake.signal]) }).catch(() => {});
      }
      await Promise.all(busy.values());
    },
  };
}

/** Oldest first, as they were put. */
function dueItems(waiting: Iterable<Waiting>, nowMs: number): Waiting[] {
  return [...waiting].filter(({ nextAt }) => nextAt <= nowMs);
}

async function deliverOne(options: OutboxOptions, item: Waiting, quietUntil: Map<string, number>): Promise<void> {
  const { journal, retry, pauseMs, log, now = Date.now, random = Math.random } = options;
  const { key, id, target } = item;
  const late = lateness(item, retry, now());
  if (late !== null) {
    log(`gave up ${key} to ${target}: ${late}`);
    journal.append({ kind: 'dead', key, id, at: now(), why: late });
    return;
  }
  const { receipts, doubts, trying } = journal.state;
  // A try whose end could not be written down is one whose end nobody knows.
  const receiptOf = (of: string) => receipts.get(of) ?? null;
  const place = { receipt: receiptOf(key), doubtSince: doubts.get(key) ?? trying.get(key) ?? null, receiptOf };
  journal.append({ kind: 'trying', key, id, at: now() });
  const came = await options.deliver(item, place);
  quietUntil.set(key, now() + pauseMs);
  switch (came.kind) {
    case 'sent':
      journal.append({ kind: 'sent', key, id, receipt: came.receipt });
      return;
    case 'refused':
      log(`${key} was refused by ${target}: ${came.why}`);
      journal.append({ kind: 'dead', key, id, at: now(), why: came.why });
      return;
    case 'failed':
      break;
  }
  const { why, unknown, afterMs } = came;
  const waitMs = Math.max(afterMs ?? 0, backOff(retry, item.attempts + 1, random()));
  if (afterMs !== undefined) quietUntil.set(target, now() + afterMs);
  if (item.attempts === 0) log(`${key} can not be delivered to ${target} now: ${why}; it waits and is tried again`);
  journal.append({ kind: 'failed', key, id, at: now(), why, nextAt: now() + waitMs, unknown });
}

/** null: it is still wanted. */
function lateness({ at, expires, why }: Waiting, { giveUpAfterMs }: Retry, nowMs: number): string | null {
  const last = why === null ? '' : `; last: ${why}`;
  if (expires !== null && nowMs > expires) return `nobody waits for it any more${last}`;
  return nowMs - at > giveUpAfterMs ? `it could not be delivered in time${last}` : null;
}
