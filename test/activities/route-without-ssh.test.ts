/** A machine on which there is no ssh to ask. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveRoute } from '../../activities/adapters/ssh/resolve-route';
import type { SshInput } from '../../domain/model/fleet';

const path = process.env['PATH'];
let folder: string;
let home: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-no-ssh-'));
  home = join(folder, 'home');
  mkdirSync(join(home, '.ssh'), { recursive: true });
  process.env['PATH'] = join(folder, 'bin');
});
afterEach(() => {
  process.env['PATH'] = path;
  rmSync(folder, { recursive: true, force: true });
});

const route = (ssh: SshInput) => resolveRoute(ssh, { home, localUser: 'ann', folder, agentSocket: '/run/agent' });
const ways = async (ssh: SshInput) => (await route(ssh)).map((hop) => `${hop.user}@${hop.host}:${hop.port}`);

test('the fleet file says everything', async () => {
  const ssh = { config: 'none', host: 'lxc12', port: 2222, user: 'ops', identityFile: 'keys/id', knownHosts: 'known' };
  expect(await route(ssh)).toMatchObject([
    {
      name: 'lxc12',
      host: 'lxc12',
      port: 2222,
      user: 'ops',
      agent: '/run/agent',
      identityFiles: [join(folder, 'keys/id')],
      identitiesNamed: true,
      userKnownHostsFiles: [join(folder, 'known')],
      globalKnownHostsFiles: [],
    },
  ]);
});

test('what it leaves out is as ssh has it', async () => {
  const [hop] = await route({ config: 'none', host: 'lxc12' });
  expect(hop).toMatchObject({ user: 'ann', port: 22, identitiesNamed: false });
  expect(hop.userKnownHostsFiles[0]).toBe(join(home, '.ssh/known_hosts'));
});

test('its jump hosts are dialled in order', async () => {
  expect(await ways({ config: 'none', host: 'lxc12', proxyJump: 'ann@gate:2200,[::1]:23' })).toEqual([
    'ann@gate:2200',
    'ann@::1:23',
    'ann@lxc12:22',
  ]);
});

test('an ssh config file that would matter is RouteRefused, with both cures', async () => {
  writeFileSync(join(home, '.ssh/config'), 'Host lxc12\n  Port 2222\n');
  await expect(route({ host: 'lxc12' })).rejects.toMatchObject({
    code: 'RouteRefused',
    sentence: expect.stringContaining(join(home, '.ssh/config')),
    cure: expect.stringMatching(/openssh-client.*config: none/),
  });
  expect(await ways({ config: 'none', host: 'lxc12' })).toEqual(['ann@lxc12:22']);
});

test('one that the fleet file names is so too, unless its values lie beside it', async () => {
  const ssh = { host: 'lxc12', config: 'ssh_config' };
  await expect(route(ssh)).rejects.toMatchObject({ code: 'RouteRefused' });
  writeFileSync(join(folder, 'ssh_config.json'), JSON.stringify({ lxc12: { host: '10.0.0.12', port: 2222, user: 'root' } }));
  expect(await ways(ssh)).toEqual(['root@10.0.0.12:2222']);
  expect(await ways({ ...ssh, user: 'ops' })).toEqual(['ops@10.0.0.12:2222']);
  await expect(route({ ...ssh, host: 'lxc13' })).rejects.toMatchObject({ code: 'RouteRefused' });
});

test('there is nothing for `via: openssh` to run', async () => {
  await expect(route({ config: 'none', host: 'lxc12', via: 'openssh' })).rejects.toMatchObject({ code: 'RouteRefused' });
});
