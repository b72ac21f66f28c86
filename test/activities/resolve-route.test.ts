import { parseJump, resolveRoute } from '../../activities/adapters/ssh/resolve-route';
import { PLAIN_HOP } from '../../activities/adapters/ssh/route';
import type { Hop } from '../../activities/adapters/ssh/route';
import { Fault } from '../../domain/faults';
import type { SshInput } from '../../domain/model/fleet';

const surroundings = { home: '/home/ann', localUser: 'ann', folder: '/srv/fleet', agentSocket: '/run/agent' };
const CONFIG = `
Host lxc12
  HostName 10.0.0.12
  Port 2222
  User ops
  IdentityFile ~/.ssh/%r-%n
  IdentityFile /etc/keys/%h
  ProxyJump gate
Host gate
  HostName gate.example.org
  User jumper
Host inner
  ProxyJump gate,ops@middle:2200,[::1]:23
Host middle
  ProxyJump gate
Host loop
  ProxyJump loop
Host direct
  ProxyJump none
  IdentitiesOnly yes
  IdentityAgent none
  HostKeyAlias box-one
  UserKnownHostsFile ~/.ssh/boxes
Host web*
  HostName %h.example.org
Host *
  User everyone
`;
const route = (ssh: SshInput) => resolveRoute(ssh, { ...surroundings, configText: CONFIG });
const last = (ssh: SshInput): Hop => route(ssh).at(-1) as Hop;
const hosts = (ssh: SshInput) => route(ssh).map((hop) => `${hop.user}@${hop.host}:${hop.port}`);

describe('the ssh config file', () => {
  test('gives host, port, user and keys, with ~ and % filled in', () => {
    expect(last({ host: 'lxc12' })).toMatchObject({
      host: '10.0.0.12',
      port: 2222,
      user: 'ops',
      identityFiles: ['/home/ann/.ssh/ops-lxc12', '/etc/keys/10.0.0.12'],
    });
  });

  test('is overruled by the fleet file, whose relative paths count from its own folder', () => {
    const ssh = { host: 'lxc12', port: 22, user: 'root', identityFile: 'keys/id', knownHosts: 'known', proxyJump: 'none' };
    expect(route(ssh)).toHaveLength(1);
    expect(last(ssh)).toMatchObject({
      host: '10.0.0.12',
      port: 22,
      user: 'root',
      identityFiles: ['/srv/fleet/keys/id'],
      userKnownHostsFiles: ['/srv/fleet/known'],
      globalKnownHostsFiles: [],
    });
  });

  test('may say nothing: then it is as ssh without a config', () => {
    expect(resolveRoute({ host: 'bare' }, { ...surroundings, configText: '' })).toEqual([
      {
        ...PLAIN_HOP,
        name: 'bare',
        host: 'bare',
        port: 22,
        user: 'ann',
        identityFiles: ['/home/ann/.ssh/id_ed25519', '/home/ann/.ssh/id_ecdsa', '/home/ann/.ssh/id_rsa'],
        identitiesNamed: false,
        identitiesOnly: false,
        agent: '/run/agent',
        hostKey: null,
        userKnownHostsFiles: ['/home/ann/.ssh/known_hosts', '/home/ann/.ssh/known_hosts2'],
        globalKnownHostsFiles: ['/etc/ssh/ssh_known_hosts'],
      },
    ]);
  });

  test('can alias the host key, name another known_hosts file and forbid the agent', () => {
    expect(last({ host: 'direct' })).toMatchObject({
      hostKeyAlias: 'box-one',
      userKnownHostsFiles: ['/home/ann/.ssh/boxes'],
      identitiesOnly: true,
      agent: null,
    });
  });

  test('matches patterns and fills %h in HostName', () => {
    expect(hosts({ host: 'web3' })).toEqual(['everyone@web3.example.org:22']);
  });

  test('never runs what a Match exec names', () => {
    const configText = 'Match exec "touch /tmp/lockstep-must-not-exist"\n  User evil\n';
    expect(resolveRoute({ host: 'a' }, { ...surroundings, configText })[0].user).toBe('ann');
  });
});

describe('ProxyJump', () => {
  test('goes through a jump host with its own settings', () => {
    expect(hosts({ host: 'lxc12' })).toEqual(['jumper@gate.example.org:22', 'ops@10.0.0.12:2222']);
  });

  test('goes through a chain in order; only its first host may be reached through another', () => {
    expect(hosts({ host: 'inner' })).toEqual([
      'jumper@gate.example.org:22',
      'ops@middle:2200',
      'everyone@::1:23',
      'everyone@inner:22',
    ]);
  });

  test('of the fleet file wins and is looked up as well', () => {
    expect(hosts({ host: 'direct', proxyJump: 'gate' })[0]).toBe('jumper@gate.example.org:22');
    expect(hosts({ host: 'direct' })).toEqual(['everyone@direct:22']);
  });

  test('through itself is a fault, not a hang', () => {
    expect(() => route({ host: 'loop' })).toThrow(Fault);
  });

  test.each([
    ['gate', { host: 'gate' }],
    ['ann@gate:2200', { host: 'gate', user: 'ann', port: 2200 }],
    ['ssh://ann@gate', { host: 'gate', user: 'ann' }],
    ['[::1]:23', { host: '::1', port: 23 }],
  ])('%s is read', (text, ssh) => {
    expect(parseJump(text)).toEqual(ssh);
  });

  test.each(['', 'a b', 'x@', ':22', 'gate:port'])('%j is refused', (text) => {
    expect(() => parseJump(text)).toThrow(/ProxyJump/);
  });
});
