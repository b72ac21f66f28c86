/** The command line of chatops: what it says of a set-up that can not be used, the one outbox, the dead letters. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { stringify } from 'yaml';
import { chatopsMain } from '../../chatops/chatops-main';
import { parseChatConfig, readChatConfig } from '../../chatops/config/read-chat-config';
import { openChatJournal } from '../../chatops/outbox/chat-journal';
import type { Io } from '../../starters/io';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-chat-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const slack = { channel: 'C0TEST1', signingSecret: { env: 'SIGNING' }, token: { env: 'TOKEN' } };
const SECRETS = { SIGNING: 'signing secret', TOKEN: 'xoxb-secret' };
const FLEET = {
  version: 1,
  services: { locker: { code: { repo: 'a', ref: 'b' }, config: { repo: 'a', ref: 'b' }, port: 1, probe: { path: '/' } } },
  boxes: { lxc12: { service: 'locker', ssh: { host: 'lxc12' } } },
};

function files(config: Record<string, unknown>) {
  writeFileSync(join(folder, 'chatops.yaml'), stringify({ version: 1, listen: { port: 0 }, state: 'state', ...config }));
  writeFileSync(join(folder, 'fleet.yaml'), stringify(FLEET));
}

function run(argv: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const said = { stdout: '', stderr: '' };
  const interrupt = new AbortController();
  const sink = (name: keyof typeof said) => ({
    write: (text: string) => {
      said[name] += text;
    },
  });
  const common = {
    LOCKSTEP_HOME: folder,
    LOCKSTEP_CHATOPS: join(folder, 'chatops.yaml'),
    LOCKSTEP_FLEET: join(folder, 'fleet.yaml'),
    ...SECRETS,
  };
  const io: Io = {
    stdout: sink('stdout'),
    stderr: sink('stderr'),
    stdin: new PassThrough(),
    env: { ...common, ...env },
    interrupted: interrupt.signal,
  };
  return { said, interrupt, ended: chatopsMain(argv, io) };
}

test('it prints where it listens, serves without any Temporal server, and ends at Ctrl-C', async () => {
  files({ slack });
  const { said, interrupt, ended } = run([]);
  while (said.stdout === '') await new Promise((resolve) => setTimeout(resolve, 5));
  const url = said.stdout.trim();
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect((await fetch(`${url}/slack/actions`, { method: 'POST', body: 'payload={}' })).status).toBe(401);
  expect((await fetch(`${url}/slack/commands`)).status).toBe(405);
  expect((await fetch(`${url}/webhooks/nobody`, { method: 'POST' })).status).toBe(404);
  expect((await fetch(`${url}/slack/actions`, { method: 'POST', body: 'x'.repeat(300_000) })).status).toBe(413);
  const second = run([]);
  expect(await second.ended).toBe(1);
  expect(second.said.stderr).toMatch(/Another chatops \(process \d+\) keeps its outbox in/);
  interrupt.abort();
  expect(await ended).toBe(0);
  expect(said.stderr).toMatch(/lxc12 can not be watched just now: No Temporal server runs here/);
});

test.each([
  ['no file', null, {}, /chatops\.yaml can not be read/],
  ['nobody to talk to', {}, {}, /names neither slack nor webhooks/],
  [
    'an unknown key',
    { slack: { ...slack, chanel: 'C1' } },
    {},
    /chatops\.yaml:\d+:\d+ slack\.chanel: is not a known key \(did you mean channel\?\)/,
  ],
  ['a secret that is written there', { slack: { ...slack, token: 'xoxb-1' } }, {}, /slack\.token: a secret is not written here/],
  ['a channel by its name', { slack: { ...slack, channel: '#ops' } }, {}, /the id of a channel/],
  ['a variable that is not set', { slack }, { TOKEN: '' }, /slack\.token is in the variable TOKEN, which is not set/],
  [
    'a file that is not there',
    { slack: { ...slack, token: { file: 'nowhere' } } },
    {},
    /slack\.token is in .*nowhere, which can not be read/,
  ],
  [
    'a webhook secret that is none',
    { webhooks: { in: [{ name: 'pager', secret: { env: 'SIGNING' }, people: ['ann'] }] } },
    {},
    /secret of webhooks\.in pager is none of Standard Webhooks/,
  ],
  ['a box that the fleet has not', { slack, boxes: ['lxc13'] }, {}, /names the box lxc13, which is not in/],
])('with %s it says so and ends, quoting no secret: ChatConfigInvalid', async (_what, config, env, says) => {
  if (config !== null) files(config);
  const { said, ended } = run([], env);
  expect(await ended).toBe(2);
  expect(said.stderr).toMatch(says);
  for (const secret of [...Object.values(SECRETS), 'xoxb-1']) expect(said.stderr).not.toContain(secret);
});

test('a key that others can read signs nothing', async () => {
  files({ slack, identity: { keyId: 'chat', keyFile: 'chat.pem' } });
  writeFileSync(join(folder, 'chat.pem'), 'a key', { mode: 0o644 });
  const { said, ended } = run([]);
  expect(await ended).toBe(2);
  expect(said.stderr).toMatch(/can not be used to sign: others than its owner can read it/);
});

test('an address that is none of ours is told: ChatServerFailed', async () => {
  files({ slack, listen: { host: '203.0.113.1', port: 8790 } });
  const { said, ended } = run([]);
  expect(await ended).toBe(1);
  expect(said.stderr).toMatch(/can not listen on 203\.0\.113\.1:8790/);
});

test('an outbox that can not be written is a fault: ChatStateUnusable', async () => {
  files({ slack });
  mkdirSync(join(folder, 'state', 'chat.journal'), { recursive: true });
  const { said, ended } = run([]);
  expect(await ended).toBe(1);
  expect(said.stderr).toMatch(/chat\.journal can not be read/);
});

test('dead letters are listed with their reason, and tried again by the process that serves', async () => {
  files({ slack: { ...slack, api: 'http://127.0.0.1:1' } });
  expect(await run(['dead-letters']).ended).toBe(0);
  const journal = openChatJournal(join(folder, 'state', 'chat.journal'));
  const item = { id: 'one', key: 'rollout:1', target: 'slack', body: {}, at: Date.UTC(2026, 10, 21), expires: null };
  journal.append(
    { kind: 'put', item },
    { kind: 'dead', key: 'rollout:1', id: 'one', at: Date.UTC(2026, 10, 24), why: 'Slack says not_in_channel' },
  );
  journal.close();
  const listed = run(['dead-letters', '--retry']);
  expect(await listed.ended).toBe(0);
  expect(listed.said.stdout).toBe(
    'rollout:1 to slack\n  put 2026-11-21T00:00:00.000Z, given up 2026-11-24T00:00:00.000Z: Slack says not_in_channel\n',
  );
  const { interrupt, ended, said } = run([]);
  while (!said.stderr.includes('can not be delivered')) await new Promise((resolve) => setTimeout(resolve, 5));
  interrupt.abort();
  await ended;
  const again = run(['dead-letters', '--json']);
  expect(await again.ended).toBe(0);
  expect(again.said.stdout).toBe('');
});

test.each([
  ['a flag that is none', ['--open']],
  ['a word that is none', ['dead-leters']],
  ['a flag of the other', ['dead-letters', '--fleet', 'x']],
])('%s is wrong use', async (_what, argv) => {
  files({ slack });
  expect(await run(argv).ended).toBe(2);
});

test('all that is not written is as docs/chat.md says', () => {
  const config = parseChatConfig(stringify({ version: 1, slack }), '/etc/chatops.yaml');
  expect(config).toMatchObject({
    listen: { host: '127.0.0.1', port: 8790 },
    slack: { api: 'https://slack.com/api', responses: 'https://hooks.slack.com/' },
    retry: { first: 1_000, most: 300_000, giveUpAfter: 259_200_000 },
    updateEvery: 2_000,
  });
});

test('the example of docs/chat.md has every key, and can be read', () => {
  const page = readFileSync(join(__dirname, '../../docs/chat.md'), 'utf8');
  const example = /```yaml\n(version: 1\n[^]*?)```/.exec(page)?.[1] ?? '';
  writeFileSync(join(folder, 'chatops.yaml'), example);
  mkdirSync(join(folder, 'secrets'));
  const whsec = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
  for (const name of ['slack-token', 'pager', 'pager-new', 'board']) writeFileSync(join(folder, 'secrets', name), whsec);
  const config = readChatConfig(join(folder, 'chatops.yaml'), { SLACK_SIGNING_SECRET: 'x' });
  expect(config.callers[0]?.keys).toHaveLength(2);
  const keys = [
    'listen',
    'boxes',
    'state',
    'identity',
    'slack',
    'webhooks',
    'retry',
    'updateEvery',
    'team',
    'api',
    'responses',
    'events',
  ];
  for (const key of keys) expect(example).toMatch(new RegExp(`\\b${key}:`));
});
