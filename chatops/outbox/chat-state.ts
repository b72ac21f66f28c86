/**
 * All that the chat process must not forget, folded from the lines of its journal. Pure; times are epoch milliseconds.
 *
 * - What waits to be delivered: one item a key. A newer state of the same message takes the place of an undelivered older
 *   one, so that a chat that was down for an hour gets one message and not a hundred.
 * - Where a message is (`receipts`): the next state of it is an update.
 * - Whether a message may be there without a receipt (`doubts`): the answer to its post was lost, or the process died between.
 * - Which signed requests were taken (`taken`), and which rollout of a box was told last (`told`).
 */
import { z } from 'zod';

export const Receipt = z.strictObject({ channel: z.string(), ts: z.string() });
export type Receipt = z.infer<typeof Receipt>;

const Answer = z.strictObject({ done: z.boolean(), answer: z.string() });
/** `answer` null: it is being acted upon, or the process died meanwhile. */
const Taken = z.strictObject({ until: z.number(), answer: Answer.nullable() });
type Taken = z.infer<typeof Taken>;

export const Item = z.strictObject({
  /** Of this state of it; a webhook's id. */
  id: z.string(),
  /** What it is about. */
  key: z.string(),
  /** `slack`, `reply` or `webhook:<name>`. */
  target: z.string(),
  body: z.unknown(),
  at: z.number(),
  /** Nobody wants it any more by then; null: as long as it is tried. */
  expires: z.number().nullable(),
});
export type Item = z.infer<typeof Item>;

export const Told = z.strictObject({
  box: z.string(),
  rollout: z.string(),
  startedAt: z.number(),
  /** Its end is told, or waits to be delivered: nobody has to look at it again. */
  ended: z.boolean(),
  /** What was told of it last, so that only what is new is told. */
  state: z.string(),
  /** For which question of which gate people were rung; null or absent: for none. */
  rang: z.string().nullable().optional(),
});
export type Told = z.infer<typeof Told>;

export const ChatRecord = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('put'), item: Item }),
  /** Written before it is sent: a death from here on leaves a doubt. */
  z.strictObject({ kind: z.literal('trying'), key: z.string(), id: z.string(), at: z.number() }),
  /** `unknown`: it may have arrived. */
  z.strictObject({
    kind: z.literal('failed'),
    key: z.string(),
    id: z.string(),
    at: z.number(),
    why: z.string(),
    nextAt: z.number(),
    unknown: z.boolean(),
  }),
  z.strictObject({ kind: z.literal('sent'), key: z.string(), id: z.string(), receipt: Receipt.nullable() }),
  z.strictObject({ kind: z.literal('dead'), key: z.string(), id: z.string(), at: z.number(), why: z.string() }),
  /** By a person: all dead letters are tried again. */
  z.strictObject({ kind: z.literal('revived'), at: z.number() }),
  /** Once before it is acted upon, and once with its answer. */
  z.strictObject({ kind: z.literal('taken'), request: z.string(), until: z.number(), answer: Answer.nullable() }),
  z.strictObject({ kind: z.literal('told'), told: Told }),
  /** Of a snapshot only: what the records before it came to. */
  z.strictObject({
    kind: z.literal('known'),
    receipts: z.record(z.string(), Receipt),
    doubts: z.record(z.string(), z.number()),
    taken: z.record(z.string(), Taken),
  }),
]);
export type ChatRecord = z.infer<typeof ChatRecord>;

export interface Waiting extends Item {
  readonly attempts: number;
  readonly nextAt: number;
  readonly why: string | null;
}
export interface DeadLetter extends Item {
  readonly diedAt: number;
  readonly why: string;
}

export interface ChatState {
  readonly waiting: Map<string, Waiting>;
  readonly dead: Map<string, DeadLetter>;
  readonly receipts: Map<string, Receipt>;
  readonly trying: Map<string, number>;
  readonly doubts: Map<string, number>;
  readonly taken: Map<string, Taken>;
  /** By box. */
  readonly told: Map<string, Told>;
}

export function emptyState(): ChatState {
  return {
    waiting: new Map(),
    dead: new Map(),
    receipts: new Map(),
    trying: new Map(),
    doubts: new Map(),
    taken: new Map(),
    told: new Map(),
  };
}

type Folds = { readonly [K in ChatRecord['kind']]: (state: ChatState, record: Extract<ChatRecord, { kind: K }>) => void };

const FOLDS: Folds = {
  put: (state, { item }) => {
    const before = state.waiting.get(item.key);
    // The chat that does not answer is the same for the newer state: it waits its turn.
    const { attempts = 0, nextAt = item.at, why = null } = before ?? {};
    state.waiting.set(item.key, { ...item, attempts, nextAt, why });
    state.dead.delete(item.key);
  },
  trying: (state, { key, at }) => void state.trying.set(key, at),
  failed: (state, { key, id, at, why, nextAt, unknown }) => {
    const begun = state.trying.get(key) ?? at;
    state.trying.delete(key);
    if (unknown && !state.doubts.has(key)) state.doubts.set(key, begun);
    const item = state.waiting.get(key);
    if (item === undefined) return;
    // A newer state that came meanwhile begins its own count.
    state.waiting.set(key, { ...item, attempts: item.id === id ? item.attempts + 1 : 1, nextAt, why });
  },
  sent: (state, { key, id, receipt }) => {
    state.trying.delete(key);
    state.doubts.delete(key);
    if (receipt !== null) state.receipts.set(key, receipt);
    const item = state.waiting.get(key);
    if (item?.id === id) state.waiting.delete(key);
    else if (item !== undefined) state.waiting.set(key, { ...item, attempts: 0, nextAt: item.at, why: null });
  },
  dead: (state, { key, id, at, why }) => {
    state.trying.delete(key);
    const item = state.waiting.get(key);
    if (item?.id !== id) return;
    state.waiting.delete(key);
    const { attempts: _attempts, nextAt: _nextAt, why: _why, ...letter } = item;
    state.dead.set(key, { ...letter, diedAt: at, why });
  },
  revived: (state, { at }) => {
    for (const [key, { diedAt: _diedAt, why, ...item }] of state.dead) {
      // Its time begins anew, else it would be given up at once.
      if (!state.waiting.has(key)) state.waiting.set(key, { ...item, at, expires: null, attempts: 0, nextAt: at, why });
    }
    state.dead.clear();
  },
  taken: (state, { request, until, answer }) => void state.taken.set(request, { until, answer }),
  told: (state, { told }) => void state.told.set(told.box, told),
  known: (state, { receipts, doubts, taken }) => {
    for (const [key, receipt] of Object.entries(receipts)) state.receipts.set(key, receipt);
    for (const [key, since] of Object.entries(doubts)) state.doubts.set(key, since);
    for (const [request, one] of Object.entries(taken)) state.taken.set(request, one);
  },
};

/** Changes `state`. */
export function foldChat(state: ChatState, record: ChatRecord): void {
  (FOLDS[record.kind] as (state: ChatState, record: ChatRecord) => void)(state, record);
}

/** What was being sent when the process died: nobody knows whether it arrived. */
export function settleDeath(state: ChatState): void {
  for (const [key, at] of state.trying) if (!state.doubts.has(key)) state.doubts.set(key, at);
  state.trying.clear();
}

/** A message of longer ago is not updated any more: its rollout has ended long since. */
const RECEIPTS_KEPT = 500;

/** The fewest records that fold to the same, but for what is over. */
export function snapshotOf(state: ChatState, nowMs: number): ChatRecord[] {
  const receipts = Object.fromEntries([...state.receipts].slice(-RECEIPTS_KEPT));
  const taken = Object.fromEntries([...state.taken].filter(([, { until }]) => until > nowMs));
  const waiting = [...state.waiting.values()].flatMap((one): ChatRecord[] => {
    const { attempts, nextAt, why, ...item } = one;
    const put = { kind: 'put', item } as const;
    if (attempts === 0) return [put];
    return [put, { kind: 'failed', key: one.key, id: one.id, at: one.at, why: why ?? '', nextAt, unknown: false }];
  });
  const dead = [...state.dead.values()].flatMap(({ diedAt, why, ...item }): ChatRecord[] => [
    { kind: 'put', item },
    { kind: 'dead', key: item.key, id: item.id, at: diedAt, why },
  ]);
  return [
    { kind: 'known', receipts, doubts: Object.fromEntries(state.doubts), taken },
    ...[...state.told.values()].map((told): ChatRecord => ({ kind: 'told', told })),
    ...dead,
    ...waiting,
  ];
}
