/**
 * The real chat process between a real Temporal server and a Slack of its own: who may answer a gate from chat and who may
 * not, and what is lost (nothing) while Slack, Temporal or the process itself is away.
 */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { verifyEd25519 } from '../../../activities/adapters/verify-ed25519';
import { makeFleetFile } from '../../../activities/adapters/fleet-file';
import { makeProveIdentity } from '../../../activities/prove-identity';
import { refuseWebhook, signWebhook } from '../../../chatops/webhooks/webhook-signature';
import { abort, adjust, walked } from '../../../workflows/messages';
import { aPlan } from '../../support/builders';
import { addPeople, aChat } from '../../support/chat';
import type { Chat } from '../../support/chat';
import { aFakeRolloutBox } from '../../support/fake-rollout-box';
import { buttonOf, clickRequest, slashRequest, startFakeSlack } from '../../support/fake-slack';
import type { FakeMessage, FakeSlack } from '../../support/fake-slack';
import { inState, openWorld, resultOf, until } from '../../support/rollout-world';
import type { RolloutHandle, RolloutWorld } from '../../support/rollout-world';
import { startTcpProxy } from '../../support/tcp-proxy';
import type { TcpProxy } from '../../support/tcp-proxy';

jest.setTimeout(240_000);

const BOXES = ['reminded', 'twice', 'eyes', 'click', 'down', 'words', 'hooks', 'away', 'adjusted'];
const PEOPLE = {
  ann: { roles: ['approve'], slack: 'U000ANN' },
  bob: { roles: ['operate'], slack: 'U000BOB' },
  eve: { roles: ['view'], slack: 'U000EVE' },
};
const WEBHOOK_KEY = Buffer.alloc(32, 9);
const secret = { env: 'TEST_WEBHOOK_SECRET' };

let folder: string;
let world: RolloutWorld;
let proxy: TcpProxy;
let slack: FakeSlack;
let chat: Chat;
let listener: Server;
const events: { type: string; data: Record<string, unknown> }[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lockstep-chat-fleet-'));
  world = await openWorld();
  proxy = await startTcpProxy(Number(world.server.address.split(':')[1]));
  slack = await startFakeSlack();
  listener = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const [id, timestamp, signature] = ['id', 'timestamp', 'signature'].map(
        (name) => request.headers[`webhook-${name}`] as string,
      );
      const refused = refuseWebhook([WEBHOOK_KEY], { id, timestamp, signature }, { body, nowMs: Date.now() });
      if (refused === null) events.push(JSON.parse(body.toString()) as (typeof events)[number]);
      response.writeHead(refused === null ? 204 : 401).end();
    });
  });
  await new Promise<void>((resolve) => void listener.listen(0, '127.0.0.1', resolve));
  const hookUrl = `http://127.0.0.1:${(listener.address() as { port: number }).port}/`;
  const fleetFile = join(folder, 'fleet.yaml');
  const service = { code: { repo: 'a', ref: 'b' }, config: { repo: 'a', ref: 'b' }, port: 1, probe: { path: '/' } };
  const boxes = Object.fromEntries(BOXES.map((name) => [name, { service: 'locker', ssh: { host: name } }]));
  await writeFile(fleetFile, stringify({ version: 1, services: { locker: service }, boxes }));
  const env = {
    LOCKSTEP_HOME: folder,
    TEMPORAL_ADDRESS: `127.0.0.1:${proxy.port}`,
    TEST_WEBHOOK_SECRET: `whsec_${WEBHOOK_KEY.toString('base64')}`,
  };
  const webhooks = { in: [{ name: 'pager', secret, people: ['ann', 'bob'] }], out: [{ name: 'pager', url: hookUrl, secret }] };
  chat = await aChat({ slack, fleetFile, env, webhooks });
  await addPeople(fleetFile, PEOPLE, chat.publicKey);
  await chat.start();
});
afterAll(async () => {
  await chat?.close();
  await slack?.close();
  await proxy?.stop();
  await new Promise<void>((resolve) => void listener.close(() => resolve()));
  await world?.close();
  await rm(folder, { recursive: true, force: true });
});

const prove = (claim: Parameters<ReturnType<typeof makeProveIdentity>>[0]) =>
  makeProveIdentity({ fleet: makeFleetFile(join(folder, 'fleet.yaml')), verifySignature: verifyEd25519 })(claim);

async function gated(box: string, policy: Record<string, unknown> = {}, by = 'zoe@desk'): Promise<RolloutHandle> {
  const rules = { soak: { canary: '0s', batch: '0s' }, maxDown: 12, gates: 'canary', identity: 'proven', ...policy } as const;
  const handle = await world.start(box, aFakeRolloutBox({ plan: aPlan({ box, policy: rules }), prove }), { by });
  await until(handle, inState('waiting-for-approval'));
  return handle;
}

async function eventually<T>(what: string, look: () => T | null | undefined | false): Promise<T> {
  const end = performance.now() + 60_000;
  for (;;) {
    const found = look();
    if (found !== null && found !== undefined && found !== false) return found;
    if (performance.now() > end)
      throw new Error(`${what} never came about\n${JSON.stringify(slack.messages, null, 1)}\n${chat.log()}`);
    await sleep(50);
  }
}

const messageOf = (box: string): FakeMessage | undefined => slack.messages.findLast(({ text }) => text.startsWith(`${box} →`));
const asking = (box: string) =>
  eventually(`the message of ${box}`, () => {
    const found = messageOf(box);
    return found && buttonOf(found, 'approve') !== null ? found : null;
  });
const replyTo = (reply: string) => eventually(`the answer at ${reply}`, () => slack.replies.find(({ url }) => url === reply));

async function click(value: string, user: string, action: 'approve' | 'reject' = 'approve') {
  const request = clickRequest(chat.url, slack, { user, action, value });
  expect(await request.send()).toEqual({ status: 200, text: '' });
  const { text, ephemeral } = await replyTo(request.reply);
  expect(ephemeral).toBe(true);
  return text;
}
async function say(text: string, user: string): Promise<string> {
  const request = slashRequest(chat.url, slack, { user, text });
  const answered = await request.send();
  expect(answered.status).toBe(200);
  const { text: words, response_type } = JSON.parse(answered.text) as { text: string; response_type: string };
  expect(response_type).toBe('ephemeral');
  return words.startsWith('It is on its way') ? (await replyTo(request.reply)).text : words;
}

test('a Slack-signed click of who may approve opens the gate, proven; every other click is refused to the clicker alone', async () => {
  const handle = await gated('click');
  const message = await asking('click');
  const value = buttonOf(message, 'approve') ?? '';
  const before = JSON.stringify(message.blocks);

  expect(await click(value, 'U999ZZZ')).toMatch(/^You \(U999ZZZ\) are nobody that the fleet file knows/);
  expect(await click(value, 'U000EVE')).toBe('approve needs the role approve or admin; eve has view.');
  expect(await click(value.replace('"batch":2', '"batch":3'), 'U000ANN')).toBe('That button is for batch 3; batch 2 waits now.');
  expect(await click('{}', 'U000ANN')).toBe('That button is none of Lockstep.');

  const forged = clickRequest(chat.url, slack, { user: 'U000ANN', action: 'approve', value }, { secret: 'guessed' });
  expect(await forged.send()).toMatchObject({ status: 401, text: expect.stringContaining('The signature does not fit') });
  const old = clickRequest(chat.url, slack, { user: 'U000ANN', action: 'approve', value }, { ageMs: 6 * 60_000 });
  expect(await old.send()).toMatchObject({ status: 401, text: expect.stringContaining('more than 5 minutes ago') });
  const strange = clickRequest(chat.url, slack, { user: 'U000ANN', action: 'approve', value, team: 'T0OTHER' });
  expect(await strange.send()).toMatchObject({ status: 403, text: expect.stringContaining('workspace') });

  // Nobody was let through, and nobody else saw of it.
  expect((await until(handle, () => true)).state).toBe('waiting-for-approval');
  expect(JSON.stringify(messageOf('click')?.blocks)).toBe(before);

  const good = clickRequest(chat.url, slack, { user: 'U000ANN', action: 'approve', value });
  expect((await good.send()).status).toBe(200);
  expect((await replyTo(good.reply)).text).toBe('Batch 2 may begin.');
  expect(await good.send()).toMatchObject({ status: 409, text: expect.stringContaining('taken already') });
  expect(await resultOf(handle)).toMatchObject({ state: 'succeeded' });
  expect(await click(value, 'U000ANN')).toBe('That rollout of click has ended: succeeded.');

  const approvals = (await handle.query(walked))?.progress.approvals;
  expect(approvals).toMatchObject([{ batch: 2, actor: 'ann@slack', identity: 'proven', key: 'chat' }]);
  await eventually('the end in the message', () => messageOf('click')?.text.includes('succeeded'));
  expect(slack.messages.filter(({ text }) => text.startsWith('click'))).toHaveLength(1);
  expect(buttonOf(messageOf('click') as FakeMessage, 'approve')).toBeNull();
});

test('two clicks at once open the gate once, and the second one is told that it was answered', async () => {
  const handle = await gated('twice', { batches: [1, 1, 'rest'], gates: 'every' });
  const value = buttonOf(await asking('twice'), 'approve') ?? '';
  const answers = await Promise.all([click(value, 'U000ANN'), click(value, 'U000ANN')]);
  expect(answers.filter((answer) => answer === 'Batch 2 may begin.')).toHaveLength(1);
  expect(answers.filter((answer) => /already|waits now|waits for an approval|nothing waits/.test(answer))).toHaveLength(1);
  await until(handle, ({ gate }) => gate?.batch === 3);
  expect(await click(value, 'U000ANN')).toBe('That button is for batch 2; batch 3 waits now.');
  expect((await handle.query(walked))?.progress.approvals).toHaveLength(1);
  await handle.terminate('enough');
  // A rollout that is terminated can say nothing itself: its end is told all the same, and its buttons are gone.
  await eventually('the end in the message', () => messageOf('twice')?.text.includes('failed'));
  expect(buttonOf(messageOf('twice') as FakeMessage, 'approve')).toBeNull();
  expect(slack.messages.filter(({ text }) => text.startsWith('twice'))).toHaveLength(1);
});

test('a gate rings whoever may approve, and rings again with each reminder until it has its answer', async () => {
  const handle = await gated('reminded', { remindEvery: '2s' });
  const rung = () => slack.rings.filter(({ text }) => text.includes(' on reminded ')).map(({ text }) => text);
  // On a busy machine a reminder may come before the line that it stands for was delivered.
  await eventually('two of them', () => rung().length >= 2);
  const waits = '<@U000ANN> batch 2 of 3 on reminded (5 lockers) ';
  expect(rung().every((text) => text.startsWith(waits))).toBe(true);
  expect(rung()[1]).toMatch(/still waits for an approval, since 20\d\d-\S+ \(reminder \d+\)$/);
  const message = await asking('reminded');
  expect(slack.rings.every(({ under }) => slack.messages.some(({ ts }) => ts === under))).toBe(true);
  expect(await click(buttonOf(message, 'approve') ?? '', 'U000ANN')).toBe('Batch 2 may begin.');
  await resultOf(handle);
  await eventually('the end in the message', () => messageOf('reminded')?.text.includes('succeeded'));
  await sleep(1_000);
  const asked = rung().length;
  await sleep(3_000);
  expect(rung()).toHaveLength(asked);
});

test('four eyes hold in chat too: whoever started it at a terminal does not approve it here', async () => {
  const handle = await gated('eyes', { fourEyes: true, approvers: ['ann', 'bob'] }, 'ann@desk');
  const message = await asking('eyes');
  expect(JSON.stringify(message.blocks)).toContain('may be approved by ann or bob; not by who starts it');
  expect(await click(buttonOf(message, 'approve') ?? '', 'U000ANN')).toBe(
    'approve is refused: ann@slack started it; somebody else has to approve (four eyes).',
  );
  await handle.terminate('enough');
});

test('while Slack is away the rollout stands unharmed, through a kill -9 of chatops; the message comes when Slack is back', async () => {
  await slack.goAway();
  const handle = await gated('down');
  await eventually('the complaint', () => /rollout:\S+ can not be delivered to slack now/.test(chat.log()));
  await chat.kill();
  expect((await until(handle, () => true)).state).toBe('waiting-for-approval');
  await chat.start();
  await slack.comeBack();
  const message = await asking('down');
  expect(message.edits).toBe(0);
  await chat.kill();
  await chat.start();
  expect(await click(buttonOf(message, 'approve') ?? '', 'U000ANN')).toBe('Batch 2 may begin.');
  expect(await resultOf(handle)).toMatchObject({ state: 'succeeded' });
  await eventually('the end in the message', () => messageOf('down')?.text.includes('succeeded'));
  expect(slack.messages.filter(({ text }) => text.startsWith('down'))).toHaveLength(1);
});

test('status, pause, resume, reject and abort in words, each for who may', async () => {
  const handle = await gated('words', { batches: [1, 1, 'rest'], gates: 'every' });
  await asking('words');
  expect(await say('status words', 'U000EVE')).toMatch(
    /^words → .*: waiting for approval, batch 1 of 3\n {2}12 lockers: 1 updated, 11 waiting/,
  );
  expect(await say('status', 'U000EVE')).toContain('batch 2 waits for an approval');
  expect(await say('pause words', 'U000ANN')).toBe('pause needs the role operate or admin; ann has approve.');
  expect(await say('resume words', 'U000BOB')).toMatch(/^resume is refused: /);
  expect(await say('pause words for 2h lunch', 'U000BOB')).toMatch(/^Paused until 20/);
  await eventually('the pause in the message', () =>
    JSON.stringify(messageOf('words')?.blocks).includes('*Paused* by bob@slack: lunch'),
  );
  expect(await say('resume words', 'U000BOB')).toMatch(/goes on|lifted/);
  expect(await say('approve words 3', 'U000ANN')).toMatch(/^approve is refused: it is too early for batch 3/);
  expect(await say('approve words 2 0123456789ab', 'U000ANN')).toMatch(/^approve is refused: it names the plan 0123456789ab/);
  expect(await say('reject words 2 not today', 'U000ANN')).toMatch(/^Batch 2 is rejected/);
  const held = await eventually('a message with one button', () => {
    const found = messageOf('words');
    return found && JSON.stringify(found.blocks).includes('*Held*') ? found : null;
  });
  expect([buttonOf(held, 'approve') === null, buttonOf(held, 'reject')]).toEqual([false, null]);
  expect(await say('approve words 2', 'U000ANN')).toBe('Batch 2 may begin.');
  await until(handle, ({ gate }) => gate?.batch === 3);
  expect(await say('abort words wrong branch', 'U000BOB')).toMatch(/^Aborted/);
  expect(await resultOf(handle)).toMatchObject({ state: 'aborted' });
  expect(await say('pause words', 'U000BOB')).toMatch(/^No rollout runs on words\./);
});

test('a button of before an adjustment is stale, the one that is drawn after it is not', async () => {
  const handle = await gated('adjusted');
  const old = buttonOf(await asking('adjusted'), 'approve') ?? '';
  await handle.executeUpdate(adjust, { args: [{ actor: 'bob@desk', maxDown: 2 }] });
  expect(await click(old, 'U000ANN')).toBe(
    'The rules were adjusted since that button was shown (overlay 1, by bob@desk). Look again.',
  );
  const fresh = await eventually('another button', () => {
    const value = buttonOf(messageOf('adjusted') as FakeMessage, 'approve');
    return value !== old && value;
  });
  expect(await click(fresh, 'U000ANN')).toBe('Batch 2 may begin.');
  await resultOf(handle);
});

let hooks = 0;
async function hook(data: Record<string, unknown>, { id = `msg_${(hooks += 1)}`, key = WEBHOOK_KEY } = {}) {
  const body = Buffer.from(JSON.stringify({ type: 'lockstep.command', timestamp: new Date().toISOString(), data }));
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const headers = {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signWebhook([key], { id, timestamp, body }),
  };
  const response = await fetch(`${chat.url}/webhooks/pager`, { method: 'POST', headers, body });
  return { status: response.status, ...((await response.json()) as Record<string, unknown>) };
}

test('a webhook is told of the gate with all that an approval names, and approves with it, once', async () => {
  const handle = await gated('hooks');
  const event = await eventually('the event', () =>
    events.find(({ type, data }) => type === 'rollout.waiting_for_approval' && data['box'] === 'hooks'),
  );
  const command = { command: 'approve', box: 'hooks', ...(event.data['answer'] as object) };
  expect(await hook({ ...command, person: 'eve' })).toEqual({
    status: 200,
    done: false,
    again: false,
    answer: 'pager may not speak for eve.',
  });
  expect(await hook({ ...command, person: 'bob' })).toMatchObject({
    status: 200,
    done: false,
    answer: expect.stringContaining('needs the role'),
  });
  expect(await hook({ ...command, person: 'ann' }, { key: Buffer.alloc(32) })).toMatchObject({ status: 401 });
  expect(await hook({ ...command, person: 'ann', rollout: undefined })).toMatchObject({ status: 400 });
  const approved = { status: 200, done: true, answer: 'Batch 2 may begin.' };
  expect(await hook({ ...command, person: 'ann' }, { id: 'msg_good' })).toEqual({ ...approved, again: false });
  // The sender did not hear the answer, and asks again: the next process knows too.
  await chat.kill();
  await chat.start();
  expect(await hook({ ...command, person: 'ann' }, { id: 'msg_good' })).toEqual({ ...approved, again: true });
  expect(await resultOf(handle)).toMatchObject({ state: 'succeeded' });
  await eventually('the end as an event', () =>
    events.some(({ type, data }) => type === 'rollout.succeeded' && data['box'] === 'hooks'),
  );
  expect((await handle.query(walked))?.progress.approvals).toMatchObject([{ actor: 'ann@pager', identity: 'proven' }]);
});

test('while Temporal is away a click is told so, and what ended while nobody looked is told later', async () => {
  const handle = await gated('away');
  const message = await asking('away');
  const value = buttonOf(message, 'approve') ?? '';
  proxy.freeze();
  proxy.cut();
  const answer = await click(value, 'U000ANN');
  expect(answer).toMatch(/can not be reached|did not answer in time/);
  await handle.executeUpdate(abort, { args: [{ actor: 'bob@desk', reason: 'meanwhile' }] });
  await resultOf(handle);
  // Another one comes and goes meanwhile; nobody of chat looks.
  await chat.kill();
  const next = await gated('away');
  await next.executeUpdate(abort, { args: [{ actor: 'bob@desk' }] });
  await resultOf(next);
  proxy.thaw();
  await chat.start();
  await eventually(
    'both ends',
    () => slack.messages.filter(({ text }) => text.startsWith('away') && text.includes('aborted')).length === 2,
  );
  expect(message.text).toContain('aborted');
  expect(buttonOf(message, 'approve')).toBeNull();
});

test('Ctrl-C ends it with 0', async () => {
  expect(await chat.stop()).toBe(0);
});
