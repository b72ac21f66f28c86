/**
 * Whatever Slack does to a request and whenever the process dies: each rollout's message is there in the end, in its newest
 * state, and once. A Slack in memory behind the port; the journal and its folds are the real ones.
 */
import * as fc from 'fast-check';
import { emptyState, foldChat, settleDeath, snapshotOf } from '../../chatops/outbox/chat-state';
import type { ChatRecord, ChatState } from '../../chatops/outbox/chat-state';
import { deliverMessage } from '../../chatops/slack/deliver-message';
import type { SlackMessage } from '../../chatops/slack/deliver-message';
import type { SlackAnswer, SlackApi } from '../../chatops/slack/slack-api';

/** What happens to one request: it is answered, done without an answer, never leaves, is refused, or is to come later. */
const FATES = ['well', 'lost', 'unsent', 'error', 'later'] as const;
type Fate = (typeof FATES)[number];

interface There {
  readonly ts: string;
  readonly key: string;
  text: string;
}

/** `readable`: the app may read the channel. */
function aSlack(fates: Fate[], readable: boolean) {
  const messages: There[] = [];
  const doIt = (method: string, args: Readonly<Record<string, unknown>>): SlackAnswer => {
    if (method === 'conversations.history') {
      if (!readable) return { kind: 'error', error: 'missing_scope' };
      const all = messages.map(({ ts, key }) => ({ ts, metadata: { event_type: 'lockstep_rollout', event_payload: { key } } }));
      return { kind: 'ok', data: { messages: all.toReversed() } };
    }
    if (method === 'chat.update') {
      const found = messages.find(({ ts }) => ts === args['ts']);
      if (found === undefined) return { kind: 'error', error: 'message_not_found' };
      found.text = String(args['text']);
      return { kind: 'ok', data: {} };
    }
    const { key } = (args['metadata'] as { event_payload: { key: string } }).event_payload;
    const ts = String(messages.length);
    messages.push({ ts, key, text: String(args['text']) });
    return { kind: 'ok', data: { ts, channel: 'C1' } };
  };
  const answers: Readonly<Record<Fate, (done: () => SlackAnswer) => SlackAnswer>> = {
    well: (done) => done(),
    lost: (done) => {
      done();
      return { kind: 'no-answer', why: 'cut', sent: true };
    },
    unsent: () => ({ kind: 'no-answer', why: 'refused', sent: false }),
    error: () => ({ kind: 'error', error: 'not_in_channel' }),
    later: () => ({ kind: 'later', afterMs: 1 }),
  };
  const api: SlackApi = async (method, args) => answers[fates.shift() ?? 'well'](() => doIt(method, args));
  return { api, messages };
}

type Step =
  | { readonly kind: 'put'; readonly key: string }
  | { readonly kind: 'deliver' }
  /** In the middle of a delivery: what was done is done, and nothing of its end was written. */
  | { readonly kind: 'die-delivering' }
  | { readonly kind: 'restart' };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('put' as const), key: fc.constantFrom('a', 'b') }),
  fc.constant<Step>({ kind: 'deliver' }),
  fc.constant<Step>({ kind: 'die-delivering' }),
  fc.constant<Step>({ kind: 'restart' }),
);

function reopened(state: ChatState): ChatState {
  settleDeath(state);
  const again = emptyState();
  // As it is read back: a line of JSON each.
  for (const record of snapshotOf(state, 0)) foldChat(again, JSON.parse(JSON.stringify(record)) as ChatRecord);
  return again;
}

async function deliverFirst(state: ChatState, api: SlackApi, dies: boolean): Promise<void> {
  const [item] = state.waiting.values();
  if (item === undefined) return;
  const { key, id } = item;
  const place = { receipt: state.receipts.get(key) ?? null, doubtSince: state.doubts.get(key) ?? state.trying.get(key) ?? null };
  foldChat(state, { kind: 'trying', key, id, at: 1 });
  const came = await deliverMessage(api, key, item.body as SlackMessage, place);
  if (dies) return;
  if (came.kind === 'sent') foldChat(state, { kind: 'sent', key, id, receipt: came.receipt });
  else
    foldChat(state, {
      kind: 'failed',
      key,
      id,
      at: 1,
      why: came.why,
      nextAt: 0,
      unknown: came.kind === 'failed' && came.unknown,
    });
}

async function play(steps: readonly Step[], given: readonly Fate[], readable: boolean) {
  const fates = [...given];
  const { api, messages } = aSlack(fates, readable);
  let state = emptyState();
  let count = 0;
  const newest = new Map<string, string>();
  for (const one of steps) {
    if (one.kind === 'put') {
      count += 1;
      const text = `${one.key} ${count}`;
      newest.set(one.key, text);
      const body: SlackMessage = { channel: 'C1', text, blocks: [] };
      foldChat(state, { kind: 'put', item: { id: text, key: one.key, target: 'slack', body, at: 0, expires: null } });
    } else if (one.kind !== 'restart') await deliverFirst(state, api, one.kind === 'die-delivering');
    if (one.kind === 'restart' || one.kind === 'die-delivering') state = reopened(state);
  }
  // In the end Slack is well, and the process lives.
  fates.length = 0;
  while (state.waiting.size > 0) await deliverFirst(state, api, false);
  return { messages, newest };
}

const story = [fc.array(step, { maxLength: 25 }), fc.array(fc.constantFrom(...FATES), { maxLength: 25 })] as const;

test('each message is there once, in its newest state', async () => {
  await fc.assert(
    fc.asyncProperty(...story, async (steps, fates) => {
      const { messages, newest } = await play(steps, fates, true);
      expect(new Map(messages.map(({ key, text }) => [key, text]))).toEqual(newest);
      expect(messages).toHaveLength(newest.size);
    }),
    { numRuns: 500 },
  );
});

test('where the app may not read the channel nothing is lost either, but a message may stand there twice', async () => {
  await fc.assert(
    fc.asyncProperty(...story, async (steps, fates) => {
      const { messages, newest } = await play(steps, fates, false);
      for (const [key, text] of newest) expect(messages.findLast((one) => one.key === key)?.text).toBe(text);
    }),
    { numRuns: 300 },
  );
});
