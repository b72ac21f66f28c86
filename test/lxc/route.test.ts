/** Routes as the system's ssh has them. Needs OpenSSH. */
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveRoute } from '../../activities/adapters/ssh/resolve-route';
import type { Route } from '../../activities/adapters/ssh/route';
import type { SshInput } from '../../domain/model/fleet';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'lockstep-route-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function route(config: string, ssh: SshInput): Promise<Route> {
  writeFileSync(join(folder, 'ssh_config'), config);
  const account = { home: '/home/ann', localUser: 'ann', agentSocket: '/run/agent' };
  return resolveRoute({ config: 'ssh_config', ...ssh }, { ...account, folder });
}
const last = async (config: string, ssh: SshInput) => (await route(config, ssh)).at(-1);
const ways = async (config: string, ssh: SshInput) =>
  (await route(config, ssh)).map((hop) => `${hop.user}@${hop.host}:${hop.port}`);

const LXC12 = 'Host lxc12\n  HostName 10.0.0.12\n  Port 2222\n  User ops\n  IdentityFile ~/.ssh/id\n  ProxyJump gate\n';

test('what the fleet file says wins, and its relative paths count from its folder', async () => {
  const ssh = { host: 'lxc12', port: 22, user: 'root', identityFile: 'keys/100%', knownHosts: 'my known', proxyJump: 'none' };
  expect(await route(LXC12, ssh)).toMatchObject([
    {
      host: '10.0.0.12',
      port: 22,
      user: 'root',
      identityFiles: [join(folder, 'keys/100%')],
      identitiesNamed: true,
      userKnownHostsFiles: [join(folder, 'my known')],
      globalKnownHostsFiles: [],
    },
  ]);
});

test('without a config it is as ssh without one', async () => {
  expect(await last('', { host: 'bare' })).toMatchObject({
    host: 'bare',
    port: 22,
    identitiesNamed: false,
    identitiesOnly: false,
    agent: '/run/agent',
    proxyCommand: null,
    algorithms: { kex: null, hostKey: null, ciphers: null, macs: null, publicKey: null, ca: null },
  });
});

test('paths are what ssh makes of them: ~, tokens, variables, other people', async () => {
  process.env['LOCKSTEP_TEST_KEYS'] = '/keys';
  const lines = ['~/a b', '%d/%n-%h-%p-%r', '${LOCKSTEP_TEST_KEYS}/x', '~root/y', '/x#y'].map(
    (path) => `IdentityFile "${path}"\n`,
  );
  const config = `Host lxc12\n HostName box.example\n User ops\n ${lines.join(' ')} CertificateFile ~/%r.pub\n GlobalKnownHostsFile ~/%h\n`;
  expect(await last(config, { host: 'lxc12' })).toMatchObject({
    identityFiles: ['/home/ann/a b', '/root/lxc12-box.example-22-ops', '/keys/x', '/root/y', '/x#y'],
    certificateFiles: ['/home/ann/ops.pub'].map((path) => path.replace('/home/ann', '/root')),
    globalKnownHostsFiles: ['/home/ann/%h'],
  });
});

test('algorithms are named where they are not the default', async () => {
  const hop = await last('Ciphers aes256-ctr\nHostKeyAlgorithms ssh-ed25519\n', { host: 'x' });
  expect(hop?.algorithms).toMatchObject({ ciphers: ['aes256-ctr'], hostKey: ['ssh-ed25519'], kex: null });
});

test.each([
  ['none', null],
  ['/run/mine-%r', '/run/mine-ops'],
  ['SSH_AUTH_SOCK', '/run/agent'],
  ['$LOCKSTEP_TEST_AGENT', '/run/other'],
])('the agent of IdentityAgent %s is %j', async (said, agent) => {
  process.env['LOCKSTEP_TEST_AGENT'] = '/run/other';
  expect(await last(`User ops\nIdentityAgent ${said}\n`, { host: 'x' })).toMatchObject({ agent });
});

test('jump hosts go their own ways, and those of the fleet file are asked for as well', async () => {
  const config = `${LXC12}Host gate\n  HostName gate.example.org\n  User jumper\nHost inner\n  ProxyJump gate,ops@middle:2200,[::1]:23\nHost middle\n  ProxyJump elsewhere\nHost *\n  User everyone\n`;
  expect(await ways(config, { host: 'lxc12' })).toEqual(['jumper@gate.example.org:22', 'ops@10.0.0.12:2222']);
  const inner = ['jumper@gate.example.org:22', 'ops@middle:2200', 'everyone@::1:23', 'everyone@inner:22'];
  expect(await ways(config, { host: 'inner' })).toEqual(inner);
  expect(await ways(config, { host: 'x', proxyJump: 'gate' })).toEqual(['jumper@gate.example.org:22', 'everyone@x:22']);
});

test('ProxyCommand has its tokens filled in; the first of it and ProxyJump counts', async () => {
  const config =
    'Host lxc12\n HostName 10.0.0.12\n ProxyCommand nc %n %h %p %r %%\nHost lxc13\n ProxyCommand none\nHost *\n ProxyJump gate\n';
  expect(await route(config, { host: 'lxc12', user: 'ops' })).toMatchObject([{ proxyCommand: 'nc lxc12 10.0.0.12 22 ops %' }]);
  expect(await route(config, { host: 'lxc13', proxyJump: 'none' })).toMatchObject([{ proxyCommand: null }]);
});

test.each([
  ['a loop of one', 'Host a\n ProxyJump a\n'],
  ['a loop of two', 'Host a\n ProxyJump b\nHost b\n ProxyJump a\n'],
])('%s is refused, not a hang', async (_, config) => {
  await expect(route(config, { host: 'a' })).rejects.toMatchObject({ code: 'RouteRefused' });
});

test('what ssh refuses is RouteRefused, with its exit code and its words', async () => {
  await expect(route('Host a\n  Hostnam b\n', { host: 'a' })).rejects.toMatchObject({
    code: 'RouteRefused',
    evidence: [expect.stringMatching(/^\$ ssh -G .*-- a {2}→ exit 255$/), expect.stringContaining('hostnam'), expect.anything()],
  });
});

test.each([
  ['BindInterface eth0', {}],
  ['KnownHostsCommand /bin/true', {}],
  ['PKCS11Provider /usr/lib/x.so', {}],
  ['ProxyUseFdpass yes\nProxyCommand nc %h %p', {}],
  ['ProxyCommand -', {}],
  ['PubkeyAuthentication no', {}],
  ['PreferredAuthentications password', {}],
])('%s is refused by name', async (config) => {
  const [option = ''] = config.split(' ');
  await expect(route(`${config}\n`, { host: 'a' })).rejects.toMatchObject({
    code: 'RouteRefused',
    sentence: expect.stringContaining(option),
  });
});

test('the system’s ssh keeps what ssh2 can not', async () => {
  expect(await last('BindInterface eth0\n', { host: 'a', via: 'openssh' })).toMatchObject({ via: 'openssh' });
});

test('a mended file counts soon, and a broken one is asked again at once', async () => {
  await expect(route('Prot 1\n', { host: 'a' })).rejects.toMatchObject({ code: 'RouteRefused' });
  expect(await ways('User ops\n', { host: 'a' })).toEqual(['ops@a:22']);
});

test('a Match exec runs as ssh runs it', async () => {
  const mark = join(folder, 'ran');
  expect(await ways(`Match exec "touch ${mark}"\n User yes\n`, { host: 'a' })).toEqual(['yes@a:22']);
  expect(existsSync(mark)).toBe(true);
  chmodSync(mark, 0o600);
});
