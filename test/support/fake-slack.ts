/**
 * A Slack of its own on loopback, over real HTTP: it keeps channels of messages and holds apps to Slack's rules (token, ids,
 * sizes of blocks), delivers clicks and commands signed as Slack signs them, and can be away, ask to wait, or lose its answer.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import { slackSignature } from '../../chatops/slack/slack-signature';

export interface FakeMessage {
  readonly ts: string;
  readonly channel: string;
  text: string;
  blocks: readonly Record<string, unknown>[];
  readonly metadata: unknown;
  /** How often it was changed. */
  edits: number;
}

/** `lose`: done, and the line cut before its answer; `hang`: neither. */
type Mood = 'well' | 'lose' | 'error' | { readonly retryAfter: number } | { readonly says: string };

export interface FakeSlack {
  readonly api: string;
  readonly responses: string;
  readonly messages: readonly FakeMessage[];
  /** Lines in threads, which ring people. */
  readonly rings: readonly { readonly under: string; readonly text: string }[];
  /** What one person alone was shown, by the url that Slack named. */
  readonly replies: readonly { readonly url: string; readonly text: string; readonly ephemeral: boolean }[];
  readonly calls: readonly { readonly method: string; readonly at: number }[];
  /** For calls of this method, or of all; counted down where `times` is given. */
  behave(mood: Mood, more?: { method?: string; times?: number }): void;
  /** Connections are refused. */
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
  close(): Promise<void>;
}

const TOKEN = 'xoxb-test';
export const FAKE_SLACK = { token: TOKEN, signingSecret: 'a signing secret of the test', channel: 'C0TEST1', team: 'T0TEST1' };

export async function startFakeSlack(): Promise<FakeSlack> {
  const messages: FakeMessage[] = [];
  const replies: { url: string; text: string; ephemeral: boolean }[] = [];
  const calls: { method: string; at: number }[] = [];
  const rings: { under: string; text: string }[] = [];
  const moods: { mood: Mood; method: string | null; left: number }[] = [];
  const moodFor = (method: string): Mood => {
    const found = moods.findLast((one) => (one.method === null || one.method === method) && one.left > 0);
    if (found) found.left -= 1;
    return found?.mood ?? 'well';
  };
  const handle = async (
    request: IncomingMessage,
  ): Promise<{ status: number; headers?: Record<string, string>; body: unknown } | 'cut'> => {
    const body = await textOf(request);
    const path = request.url ?? '';
    if (path.startsWith('/responses/')) {
      const { text, response_type } = JSON.parse(body) as { text: string; response_type: string };
      replies.push({ url: path, text, ephemeral: response_type === 'ephemeral' });
      return { status: 200, body: 'ok' };
    }
    const method = path.replace('/api/', '');
    calls.push({ method, at: Date.now() });
    const mood = moodFor(method);
    if (typeof mood === 'object' && 'retryAfter' in mood) {
      return { status: 429, headers: { 'retry-after': String(mood.retryAfter) }, body: { ok: false, error: 'ratelimited' } };
    }
    if (typeof mood === 'object') return { status: 200, body: { ok: false, error: mood.says } };
    if (mood === 'error') return { status: 500, body: 'oops' };
    if (request.headers.authorization !== `Bearer ${TOKEN}`) return { status: 200, body: { ok: false, error: 'invalid_auth' } };
    const answer = METHODS[method]?.(argsOf(request, body), messages, rings) ?? { ok: false, error: 'unknown_method' };
    return mood === 'lose' ? 'cut' : { status: 200, body: answer };
  };
  const server = createServer((request, response) => {
    void handle(request).then((answer) => {
      if (answer === 'cut') return void request.socket.destroy();
      return void response
        .writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers })
        .end(JSON.stringify(answer.body));
    });
  });
  const port = await listen(server, 0);
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return {
    api: `http://127.0.0.1:${port}/api`,
    responses: `http://127.0.0.1:${port}/responses/`,
    messages,
    rings,
    replies,
    calls,
    behave: (mood, { method, times = Number.POSITIVE_INFINITY } = {}) => {
      if (mood === 'well') moods.length = 0;
      else moods.push({ mood, method: method ?? null, left: times });
    },
    goAway: stop,
    comeBack: async () => void (await listen(server, port)),
    close: async () => {
      if (server.listening) await stop();
    },
  };
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port }, resolve);
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

type Args = Readonly<Record<string, unknown>>;
type Method = (
  args: Args,
  messages: FakeMessage[],
  rings: { under: string; text: string }[],
) => Readonly<Record<string, unknown>>;

const METHODS: Readonly<Record<string, Method>> = {
  'chat.postMessage': ({ channel, text, blocks, metadata, thread_ts }, messages, rings) => {
    if (thread_ts !== undefined) {
      const over = messages.find(({ ts }) => ts === thread_ts);
      if (over === undefined) return { ok: false, error: 'thread_not_found' };
      rings.push({ under: over.ts, text: String(text) });
      return { ok: true, channel, ts: `9${rings.length}.0` };
    }
    const wrong = channel === FAKE_SLACK.channel ? wrongBlocks(blocks) : 'channel_not_found';
    if (wrong !== null) return { ok: false, error: wrong };
    const ts = `${1_700_000_000 + messages.length}.${String(messages.length).padStart(6, '0')}`;
    messages.push({
      ts,
      channel: String(channel),
      text: String(text),
      blocks: blocks as FakeMessage['blocks'],
      metadata,
      edits: 0,
    });
    return { ok: true, channel, ts };
  },
  'chat.update': ({ channel, ts, text, blocks }, messages) => {
    const found = messages.find((one) => one.ts === ts && one.channel === channel);
    const wrong = found === undefined ? 'message_not_found' : wrongBlocks(blocks);
    if (wrong !== null || found === undefined) return { ok: false, error: wrong ?? 'message_not_found' };
    Object.assign(found, { text, blocks, edits: found.edits + 1 });
    return { ok: true, channel, ts, text };
  },
  'conversations.history': ({ channel, include_all_metadata }, messages) => {
    if (String(include_all_metadata) !== 'true') return { ok: true, messages: [] };
    return { ok: true, messages: messages.filter((one) => one.channel === channel).toReversed() };
  },
};

/** null: Slack would show them. */
function wrongBlocks(blocks: unknown): string | null {
  if (!Array.isArray(blocks) || blocks.length > 50) return 'invalid_blocks';
  const texts = blocks.flatMap((block: { type: string; text?: { text: string } }) =>
    block.text ? [{ type: block.type, text: block.text.text }] : [],
  );
  const limits: Readonly<Record<string, number>> = { header: 150, section: 3_000 };
  return texts.every(({ type, text }) => text.length > 0 && text.length <= (limits[type] ?? 3_000)) ? null : 'invalid_blocks';
}

function argsOf({ headers }: IncomingMessage, body: string): Args {
  const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
  return isForm ? Object.fromEntries(new URLSearchParams(body)) : (JSON.parse(body) as Args);
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

export interface Answered {
  readonly status: number;
  readonly text: string;
}
export interface Signing {
  readonly secret?: string;
  readonly ageMs?: number;
}

/** A request as Slack sends it; what is sent can be sent again byte for byte. */
export interface SlackRequest {
  send(): Promise<Answered>;
}

export function slackRequest(
  url: string,
  form: Readonly<Record<string, string>>,
  { secret = FAKE_SLACK.signingSecret, ageMs = 0 }: Signing = {},
): SlackRequest {
  const body = new URLSearchParams(form).toString();
  const timestamp = String(Math.floor((Date.now() - ageMs) / 1_000));
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'x-slack-request-timestamp': timestamp,
    'x-slack-signature': slackSignature(secret, timestamp, Buffer.from(body)),
  };
  return {
    send: async () => {
      const response = await fetch(url, { method: 'POST', headers, body });
      return { status: response.status, text: await response.text() };
    },
  };
}

export interface Clicking {
  readonly user: string;
  readonly action: 'approve' | 'reject';
  readonly value: string;
  readonly team?: string;
}

let triggers = 0;

/** A click on a button; where its answer goes is told apart by its number. */
export function clickRequest(
  chat: string,
  slack: Pick<FakeSlack, 'responses'>,
  click: Clicking,
  signing: Signing = {},
): SlackRequest & { readonly reply: string } {
  triggers += 1;
  const response_url = `${slack.responses}${triggers}`;
  const payload = {
    type: 'block_actions',
    user: { id: click.user, username: 'whatever' },
    team: { id: click.team ?? FAKE_SLACK.team, domain: 'test' },
    trigger_id: `${triggers}.1.2`,
    response_url,
    actions: [
      { type: 'button', block_id: 'answer', action_id: click.action, value: click.value, action_ts: `${Date.now() / 1_000}` },
    ],
  };
  const request = slackRequest(`${chat}/slack/actions`, { payload: JSON.stringify(payload) }, signing);
  return { ...request, reply: new URL(response_url).pathname };
}

export function slashRequest(
  chat: string,
  slack: Pick<FakeSlack, 'responses'>,
  { user, text }: { user: string; text: string },
  signing: Signing = {},
): SlackRequest & { readonly reply: string } {
  triggers += 1;
  const response_url = `${slack.responses}${triggers}`;
  const form = {
    team_id: FAKE_SLACK.team,
    user_id: user,
    command: '/lockstep',
    text,
    response_url,
    trigger_id: `${triggers}.1.2`,
  };
  return { ...slackRequest(`${chat}/slack/commands`, form, signing), reply: new URL(response_url).pathname };
}

/** The value of a button of a message; null: it has none. */
export function buttonOf({ blocks }: FakeMessage, action: 'approve' | 'reject'): string | null {
  const elements = blocks.flatMap(({ elements: all = [] }) => all as { action_id?: string; value?: string }[]);
  return elements.find(({ action_id }) => action_id === action)?.value ?? null;
}
