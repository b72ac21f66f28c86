/** From the outbox to a real HTTP server that behaves as Slack, or does not: nothing is lost, and a message stays one message. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChatConfig } from '../../chatops/config/read-chat-config';
import { openChatJournal, readChat } from '../../chatops/outbox/chat-journal';
import type { ChatJournal } from '../../chatops/outbox/chat-journal';
import { deliverByTarget } from '../../chatops/outbox/deliver-by-target';
import { makeOutbox } from '../../chatops/outbox/outbox';
import type { Outbox } from '../../chatops/outbox/outbox';
import { refuseWebhook } from '../../chatops/webhooks/webhook-signature';
import { FAKE_SLACK, startFakeSlack } from '../support/fake-slack';
import type { FakeSlack } from '../support/fake-slack';

let folder: string;
let slack: FakeSlack;
let running: { journal: ChatJournal; outbox: Outbox; stop(): Promise<void> } | null = null;
const log: string[] = [];
const RETRY = { firstMs: 20, mostMs: 100, giveUpAfterMs: 60_000 };

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-chat-'));
  slack = await startFakeSlack();
  log.length = 0;
});
afterEach(async () => {
  await running?.stop();
  running = null;
  await slack.close();
  rmSync(folder, { recursive: true, force: true });
});

const file = () => join(folder, 'chat.journal');
const KEY = Buffer.alloc(32, 3);

function aConfig(listener = 'http://127.0.0.1:1/'): ChatConfig {
  return {
    listen: { host: '127.0.0.1', port: 0 },
    boxes: null,
    state: folder,
    identity: null,
    slack: { ...FAKE_SLACK, api: slack.api, responses: slack.responses },
    callers: [],
    listeners: [{ name: 'pager', url: listener, keys: [KEY], events: null }],
    retry: RETRY,
    updateEveryMs: 0,
  };
}

function open(config = aConfig(), retry = RETRY) {
  const journal = openChatJournal(file());
  const outbox = makeOutbox({ journal, deliver: deliverByTarget(config), retry, pauseMs: 0, log: (line) => log.push(line) });
  const end = new AbortController();
  const run = outbox.run(end.signal);
  const stop = async () => {
    end.abort();
    await run;
    journal.close();
  };
  running = { journal, outbox, stop };
  return running;
}

const message = (text: string, id = text) => ({
  id,
  key: 'rollout:one',
  target: 'slack',
  body: { channel: FAKE_SLACK.channel, text, blocks: [{ type: 'section', text: { type: 'mrkdwn', text } }] },
});
async function eventually(fits: () => boolean): Promise<void> {
  const until = performance.now() + 10_000;
  while (!fits()) {
    if (performance.now() > until) throw new Error(`it never came about: ${JSON.stringify(slack.messages)} ${log.join('; ')}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
const texts = () => slack.messages.map(({ text }) => text);
const idle = () => running?.journal.state.waiting.size === 0;

test('the first state is a post, the next ones change it in place', async () => {
  const { outbox } = open();
  outbox.put(message('one'));
  await eventually(idle);
  outbox.put(message('two'));
  await eventually(idle);
  expect(slack.messages).toMatchObject([{ text: 'two', edits: 1, channel: FAKE_SLACK.channel }]);
});

test('while Slack is away nothing is lost, and what comes when it is back is the newest state once', async () => {
  const { outbox } = open();
  await slack.goAway();
  for (const text of ['one', 'two', 'three']) outbox.put(message(text));
  await eventually(() => log.length > 0);
  expect(log[0]).toMatch(/can not be delivered to slack now: .*ECONNREFUSED.*; it waits and is tried again/);
  outbox.put(message('four'));
  await slack.comeBack();
  await eventually(idle);
  expect(slack.messages).toMatchObject([{ text: 'four', edits: 0 }]);
});

test('a lost answer is found again by its metadata: an update, not a second message', async () => {
  const { outbox } = open();
  slack.behave('lose', { method: 'chat.postMessage', times: 1 });
  outbox.put(message('one'));
  await eventually(idle);
  expect(texts()).toEqual(['one']);
  expect(slack.calls.map(({ method }) => method)).toEqual(['chat.postMessage', 'conversations.history', 'chat.update']);
});

test('a death between the post and its answer is a lost answer for the next process', async () => {
  const first = open();
  first.outbox.put(message('one'));
  await eventually(idle);
  await first.stop();
  // As the file was when the process died: the post had begun, and nothing was known of its end.
  rmSync(file());
  const journal = openChatJournal(file());
  journal.append({ kind: 'put', item: { ...message('one'), at: Date.now(), expires: null } });
  journal.append({ kind: 'trying', key: 'rollout:one', id: 'one', at: Date.now() });
  journal.close();
  open();
  await eventually(idle);
  expect(slack.messages).toMatchObject([{ text: 'one', edits: 1 }]);
});

test('where the app may not read the channel, a lost answer is posted once more', async () => {
  const { outbox } = open();
  slack.behave({ says: 'missing_scope' }, { method: 'conversations.history' });
  slack.behave('lose', { method: 'chat.postMessage', times: 1 });
  outbox.put(message('one'));
  await eventually(idle);
  expect(texts()).toEqual(['one', 'one']);
});

test('a message that somebody removed is posted anew', async () => {
  const { outbox } = open();
  outbox.put(message('one'));
  await eventually(idle);
  (slack.messages as unknown[]).length = 0;
  outbox.put(message('two'));
  await eventually(idle);
  expect(texts()).toEqual(['two']);
});

test('429 is waited out for as long as Slack says', async () => {
  const { outbox } = open();
  slack.behave({ retryAfter: 1 }, { times: 1 });
  outbox.put(message('one'));
  await eventually(idle);
  const [first, second] = slack.calls;
  expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(1_000);
  expect(texts()).toEqual(['one']);
});

test('what Slack refuses waits to be mended; after its time it is a dead letter, and comes back when a person says so', async () => {
  const first = open(aConfig(), { ...RETRY, giveUpAfterMs: 150 });
  slack.behave({ says: 'not_in_channel' });
  first.outbox.put(message('one'));
  await eventually(() => first.journal.state.dead.size === 1);
  await first.stop();
  expect([...readChat(file()).dead.values()]).toMatchObject([
    { key: 'rollout:one', why: expect.stringContaining('not_in_channel') },
  ]);
  slack.behave('well');
  open().outbox.revive();
  await eventually(idle);
  expect(texts()).toEqual(['one']);
});

test('a message that is none is given up at once', async () => {
  const { outbox, journal } = open();
  outbox.put({ ...message('one'), body: { channel: FAKE_SLACK.channel, text: 'one', blocks: 'none' } });
  await eventually(() => journal.state.dead.size === 1);
  expect([...journal.state.dead.values()]).toMatchObject([{ why: 'Slack says invalid_blocks' }]);
});

test('an end that can not be written down is looked for before it is posted again', async () => {
  const journal = openChatJournal(file());
  let full = 1;
  const append: ChatJournal['append'] = (...records) => {
    if (records.some(({ kind }) => kind === 'sent') && full-- > 0) throw new Error('no space left on device');
    journal.append(...records);
  };
  const outbox = makeOutbox({
    journal: { ...journal, append },
    deliver: deliverByTarget(aConfig()),
    retry: RETRY,
    pauseMs: 0,
    log: (line) => log.push(line),
    troubleMs: 50,
  });
  const end = new AbortController();
  const run = outbox.run(end.signal);
  outbox.put(message('one'));
  await eventually(() => journal.state.waiting.size === 0);
  end.abort();
  await run;
  expect(log).toEqual(['rollout:one: no space left on device']);
  expect(slack.messages).toMatchObject([{ text: 'one', edits: 1 }]);
});

const ring = (text: string | null, id = String(text)) => ({
  id,
  key: 'ring:one',
  target: 'slack-ring',
  body: { under: 'rollout:one', text },
});

test('a ring waits for its message and is a line in its thread; an answered one rings nobody', async () => {
  const { outbox } = open();
  outbox.put(ring('waits'));
  await eventually(() => log.some((line) => line.includes('its message is not there yet')));
  outbox.put(message('one'));
  await eventually(idle);
  expect(slack.rings).toEqual([{ under: slack.messages[0]?.ts, text: 'waits' }]);
  await slack.goAway();
  outbox.put(ring('waits still'));
  await eventually(() => log.some((line) => /ECONNREFUSED|other side closed/.test(line)));
  outbox.put(ring(null));
  await slack.comeBack();
  await eventually(idle);
  expect(slack.rings).toHaveLength(1);
});

test('a ring whose answer was lost rings again: twice is better than never', async () => {
  const { outbox } = open();
  outbox.put(message('one'));
  await eventually(idle);
  slack.behave('lose', { method: 'chat.postMessage', times: 1 });
  outbox.put(ring('waits'));
  await eventually(idle);
  expect(slack.rings).toHaveLength(2);
});

test('a trouble of one target holds up no other', async () => {
  const { outbox } = open();
  slack.behave('error');
  const url = `${slack.responses}7`;
  outbox.put(message('one'), {
    id: 'r',
    key: 'reply:r',
    target: 'reply:r',
    body: { url, message: { response_type: 'ephemeral', text: 'no' } },
  });
  await eventually(() => slack.replies.length === 1);
  expect(slack.messages).toEqual([]);
});

test('a person who asked is not answered an hour later', async () => {
  const { outbox, journal } = open();
  const body = { url: `${slack.responses}7`, message: { response_type: 'ephemeral', text: 'no' } };
  outbox.put({ id: 'r', key: 'reply:r', target: 'reply:r', body, expires: Date.now() - 1 });
  await eventually(() => journal.state.dead.size === 1);
  expect(slack.replies).toEqual([]);
});

describe('events', () => {
  let server: Server;
  let url: string;
  let answers: number[];
  const got: { headers: IncomingHttpHeaders; body: Buffer }[] = [];
  beforeEach(async () => {
    got.length = 0;
    answers = [];
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        got.push({ headers: request.headers, body: Buffer.concat(chunks) });
        response.writeHead(answers.shift() ?? 204, { location: 'http://127.0.0.1:1/' }).end();
      });
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as { port: number }).port}/hook`;
  });
  afterEach(() => new Promise<void>((resolve) => void server.close(() => resolve())));

  const event = {
    id: 'msg_1',
    key: 'event:pager:msg_1',
    target: 'webhook:pager',
    body: { type: 'rollout.held', timestamp: 'now', data: {} },
  };

  test('an event is signed anew at each attempt, under the same id', async () => {
    answers = [500, 302];
    open(aConfig(url)).outbox.put(event);
    await eventually(() => got.length === 3 && idle());
    for (const { headers, body } of got) {
      const [id, timestamp, signature] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map(
        (name) => headers[name] as string,
      );
      expect(id).toBe('msg_1');
      expect(refuseWebhook([KEY], { id, timestamp, signature }, { body, nowMs: Date.now() })).toBeNull();
      expect(JSON.parse(body.toString())).toEqual(event.body);
    }
  });

  test('a listener that is gone (410) gets it no more, and it is listed', async () => {
    answers = [410];
    const { outbox, journal } = open(aConfig(url));
    outbox.put(event);
    await eventually(() => journal.state.dead.size === 1);
    expect(got).toHaveLength(1);
  });

  test('one that the file names no more is listed too', async () => {
    const { outbox, journal } = open({ ...aConfig(url), listeners: [] });
    outbox.put(event);
    await eventually(() => journal.state.dead.size === 1);
    expect([...journal.state.dead.values()]).toMatchObject([{ why: 'chatops.yaml does not name webhook:pager any more' }]);
  });
});
