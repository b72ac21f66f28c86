/** The link to a box, against a real sshd on loopback. Root and OpenSSH are needed, LXC is not. */
import { spawn } from 'node:child_process';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeSshBoxPort } from '../../activities/adapters/ssh/ssh-box-port';
import type { BoxPort } from '../../activities/ports/box-port';
import { Fault } from '../../domain/faults';
import { FleetInput } from '../../domain/model/fleet';
import type { SshInput } from '../../domain/model/fleet';
import { BoxName, LockerName } from '../../domain/model/ids';
import { makeToken } from '../../domain/model/token';
import { freePort, makeKey, publicKey, startSshd } from '../support/loopback-sshd';
import type { LoopbackSshd } from '../support/loopback-sshd';
import { startScriptedLockerd } from '../support/scripted-lockerd';
import type { ScriptedLockerd } from '../support/scripted-lockerd';
import { startTcpProxy } from '../support/tcp-proxy';

jest.setTimeout(30_000);

const box = BoxName.parse('lxc12');
const locker = LockerName.parse('locker-1');
const token = makeToken({ rollout: 'r-1', box, locker, cycle: 1, step: 'undrain' });
const change = { token, holder: 'r-1', generation: 1 };

let sshd: LoopbackSshd;
let lockerd: ScriptedLockerd;
let ports: BoxPort[] = [];
const cleanUp: (() => unknown)[] = [];

beforeAll(async () => {
  sshd = await startSshd();
  lockerd = await startScriptedLockerd(sshd.folder);
});
afterAll(async () => {
  await lockerd.stop();
  await sshd.stop();
});
beforeEach(() => {
  lockerd.asked.length = 0;
  lockerd.react(({ id }, reply) => reply({ id, result: { released: true } }));
  sshd.force(lockerd.relayCommand);
});
afterEach(async () => {
  await Promise.all(ports.map((port) => port.close()));
  ports = [];
  for (const end of cleanUp.splice(0)) await end();
});

const good = (): SshInput => ({
  host: '127.0.0.1',
  port: sshd.port,
  user: 'root',
  identityFile: sshd.identityFile,
  hostKey: sshd.hostKey,
});

function portTo(ssh: SshInput, agentSocket: string | null = null): BoxPort {
  const services = {
    locker: {
      code: { repo: '/code.git', ref: 'stable' },
      config: { repo: '/config.git', ref: 'main' },
      port: 8042,
      probe: { path: '/' },
    },
  };
  const fleet = {
    ...FleetInput.parse({ version: 1, services, boxes: { lxc12: { service: 'locker', ssh } } }),
    file: join(sshd.folder, 'fleet.yaml'),
  };
  const port = makeSshBoxPort({
    fleet: { read: () => Promise.resolve(fleet) },
    account: { home: sshd.folder, localUser: 'root', agentSocket },
    openTimeoutMs: 4_000,
  });
  ports.push(port);
  return port;
}

const release = (port: BoxPort, deadlineMs = 8_000) =>
  port.call(box, 'release-lease', { holder: 'r-1', generation: 1 }, { deadlineMs });
const undrain = (port: BoxPort, deadlineMs = 15_000) => port.call(box, 'undrain', { locker }, { change, deadlineMs });

async function faultOf(promise: Promise<unknown>): Promise<Fault> {
  const error: unknown = await promise.then(
    () => new Error('it did not fail'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof Fault) return error;
  throw error;
}

const hostOf = (name: string, { port, identityFile }: LoopbackSshd, more: string) =>
  `Host ${name}\n  Port ${port}\n  IdentityFile ${identityFile}\n  ${more}\n`;

describe('a box that only ssh’s configuration knows the way to', () => {
  let gate: LoopbackSshd;
  let config: string;
  beforeAll(async () => {
    gate = await startSshd();
    const known = [sshd, gate].map(({ port, hostKey }) => `[127.0.0.1]:${port} ${hostKey}\n`).join('');
    config = join(sshd.folder, 'ssh_config');
    writeFileSync(join(sshd.folder, 'known'), known);
    writeFileSync(
      join(sshd.folder, 'more.conf'),
      [
        hostOf('outer', gate, 'User root'),
        hostOf('inner', gate, 'ProxyJump outer'),
        hostOf('jumped', sshd, 'ProxyJump inner'),
        hostOf('chained', sshd, 'ProxyJump outer,inner'),
        hostOf('proxied', sshd, `ProxyCommand ssh -F ${config} -W %h:%p outer`),
        hostOf('broken', sshd, 'ProxyCommand sh -c "echo no way >&2; exit 7"'),
        `Host *\n  HostName 127.0.0.1\n  User root\n  UserKnownHostsFile ${join(sshd.folder, 'known')}\n`,
      ].join(''),
    );
    writeFileSync(config, `Include ${join(sshd.folder, 'more.conf')}\n`);
  });
  afterAll(() => gate.stop());

  test.each(['jumped', 'chained', 'proxied'])('answers as %s, by an included file', async (host) => {
    expect(await release(portTo({ host, config }))).toEqual({ released: true });
  });

  test('is not reached where the ProxyCommand fails: its exit code and its words are the evidence', async () => {
    const fault = await faultOf(release(portTo({ host: 'broken', config })));
    expect(fault.code).toBe('BoxUnreachable');
    expect(fault.evidence).toEqual(expect.arrayContaining([expect.stringMatching(/exit 7$/), 'no way']));
  });
});

describe('a box that is as it should be', () => {
  test('answers over one connection and one channel, however many calls are open', async () => {
    const proxy = await startTcpProxy(sshd.port);
    cleanUp.push(() => proxy.stop());
    lockerd.react(({ id }, reply) => void setTimeout(() => reply({ id, result: { released: true } }), 50));
    const port = portTo({ ...good(), port: proxy.port });
    const answers = await Promise.all(Array.from({ length: 60 }, () => release(port)));
    expect(answers).toHaveLength(60);
    expect(answers).toEqual(Array.from({ length: 60 }, () => ({ released: true })));
    expect(proxy.taken()).toBe(1);
  });

  test('its progress lines and its faults arrive as they were said', async () => {
    lockerd.react(({ id }, reply) => {
      reply({ id, progress: 'waiting for idle' });
      reply({ id, fault: { code: 'HeldBy', sentence: 'held by r-2', cure: 'wait', evidence: ['since noon'] } });
    });
    const lines: string[] = [];
    const port = portTo(good());
    const fault = await faultOf(
      port.call(box, 'undrain', { locker }, { change, deadlineMs: 5_000, onProgress: (line) => lines.push(line) }),
    );
    expect(fault.details).toEqual({ code: 'HeldBy', sentence: 'held by r-2', cure: 'wait', evidence: ['since noon'] });
    expect(lines).toEqual(['waiting for idle']);
  });

  test('an answer of a wrong shape is a protocol fault that names the field', async () => {
    lockerd.react(({ id }, reply) => reply({ id, result: { released: 'yes' } }));
    const fault = await faultOf(release(portTo(good())));
    expect(fault.code).toBe('ProtocolMismatch');
    expect(fault.evidence.join()).toContain('released');
  });

  test('a shell that greets before the relay speaks does no harm', async () => {
    sshd.force(`echo welcome to lxc12; exec ${lockerd.relayCommand}`);
    await expect(release(portTo(good()))).resolves.toEqual({ released: true });
  });

  test('an abandoned call ends at once with its own reason', async () => {
    lockerd.react(() => {});
    const stop = new AbortController();
    const call = portTo(good()).call(box, 'undrain', { locker }, { change, deadlineMs: 9_000, signal: stop.signal });
    setTimeout(() => stop.abort(new Error('worker leaves')), 600);
    await expect(call).rejects.toThrow('worker leaves');
  });
});

describe('host keys', () => {
  test('a changed pinned key stops the call and shows both fingerprints', async () => {
    const other = publicKey(makeKey(join(sshd.folder, 'other-host')));
    const fault = await faultOf(release(portTo({ ...good(), hostKey: other })));
    expect(fault.code).toBe('HostKeyMismatch');
    expect(fault.evidence.filter((line) => /SHA256:[A-Za-z0-9+/]{43}/.test(line))).toHaveLength(2);
    expect(lockerd.asked).toEqual([]);
  });

  test('an unknown host is refused with its fingerprint and the line to add', async () => {
    const { hostKey: _, ...ssh } = good();
    const fault = await faultOf(release(portTo({ ...ssh, knownHosts: join(sshd.folder, 'none') })));
    expect(fault.code).toBe('HostKeyUnknown');
    expect(fault.evidence.join('\n')).toContain('SHA256:');
    expect(fault.cure).toContain(`[127.0.0.1]:${sshd.port} ${sshd.hostKey}`);
  });

  test('a known_hosts file lets it in, also when its names are hashed', async () => {
    const { hostKey: _, ...ssh } = good();
    const file = join(sshd.folder, 'known_hosts_hashed');
    writeFileSync(file, `[127.0.0.1]:${sshd.port} ${sshd.hostKey}\n`);
    const hash = spawn('ssh-keygen', ['-H', '-f', file], { stdio: 'ignore' });
    await new Promise((resolve) => hash.once('exit', resolve));
    await expect(release(portTo({ ...ssh, knownHosts: file }))).resolves.toEqual({ released: true });
  });
});

async function anAgentWith(...keys: string[]): Promise<string> {
  const socket = join(sshd.folder, `agent-${keys.length}.sock`);
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
  cleanUp.push(() => agent.kill());
  await sleep(300);
  for (const key of keys) {
    const add = spawn('ssh-add', ['-q', key], { env: { ...process.env, SSH_AUTH_SOCK: socket }, stdio: 'ignore' });
    await new Promise((resolve) => add.once('exit', resolve));
  }
  return socket;
}

describe('logins', () => {
  test('a key that the box does not take is a refused login that says what was offered', async () => {
    const identityFile = makeKey(join(sshd.folder, 'stranger'));
    const fault = await faultOf(release(portTo({ ...good(), identityFile })));
    expect(fault.code).toBe('LoginRefused');
    expect(fault.evidence.join('\n')).toContain(`${identityFile}: offered`);
  });

  test('a key with a passphrase is named as such', async () => {
    const identityFile = makeKey(join(sshd.folder, 'locked'), 'secret');
    const fault = await faultOf(release(portTo({ ...good(), identityFile })));
    expect(fault.code).toBe('LoginRefused');
    expect(fault.evidence.join('\n')).toContain('needs a passphrase');
    expect(fault.cure).toContain('ssh-add');
  });

  test('a missing key file is named', async () => {
    const fault = await faultOf(release(portTo({ ...good(), identityFile: 'nowhere/id' })));
    expect(fault.code).toBe('LoginRefused');
    expect(fault.evidence.join('\n')).toContain(`${sshd.folder}/nowhere/id: no such file`);
  });

  test('an agent opens the door', async () => {
    const socket = await anAgentWith(sshd.identityFile);
    const { identityFile: _, ...ssh } = good();
    await expect(release(portTo(ssh, socket))).resolves.toEqual({ released: true });
  });

  test('IdentitiesOnly keeps an agent with many keys below the host’s limit of tries', async () => {
    const strangers = Array.from({ length: 7 }, (_, n) => makeKey(join(sshd.folder, `many-${n}`)));
    const socket = await anAgentWith(...strangers, sshd.identityFile);
    const { identityFile: _, ...ssh } = good();
    expect((await faultOf(release(portTo(ssh, socket)))).code).toBe('LoginRefused');
    // Only the public half lies on the disk, as with a key that is kept in hardware.
    copyFileSync(`${sshd.identityFile}.pub`, join(sshd.folder, 'only.pub'));
    const config = join(sshd.folder, 'only_config');
    writeFileSync(config, `IdentitiesOnly yes\nIdentityFile ${sshd.folder}/only\n`);
    await expect(release(portTo({ ...ssh, config }, socket))).resolves.toEqual({ released: true });
  });
});

describe('a box that can not be reached', () => {
  test('a closed port is named with its address', async () => {
    const port = await freePort();
    const fault = await faultOf(release(portTo({ ...good(), port })));
    expect(fault.code).toBe('BoxUnreachable');
    expect(fault.message).toContain(`127.0.0.1:${port}`);
    expect(fault.message).toContain('ECONNREFUSED');
  });

  test('a name that does not resolve is named', async () => {
    const fault = await faultOf(release(portTo({ ...good(), host: 'no-such-host.invalid' })));
    expect(fault.code).toBe('BoxUnreachable');
    expect(fault.message).toContain('no-such-host.invalid');
  });

  test('a black hole that takes connections and says nothing ends at the deadline', async () => {
    const hole = await startTcpProxy(null);
    cleanUp.push(() => hole.stop());
    const fault = await faultOf(release(portTo({ ...good(), port: hole.port }), 6_000));
    expect(fault.code).toBe('BoxUnreachable');
    expect(fault.message).toContain('no SSH greeting');
  });
});

describe('a host that is no Lockstep box', () => {
  test('without the relay: exit code and stderr are the evidence', async () => {
    sshd.force('echo lockerctl: not found >&2; exit 127');
    const fault = await faultOf(release(portTo(good())));
    expect(fault.code).toBe('LockerdMissing');
    expect(fault.evidence.join('\n')).toContain('exit 127');
    expect(fault.evidence.join('\n')).toContain('lockerctl: not found');
  });

  test('another protocol version is refused', async () => {
    const old = await startScriptedLockerd(sshd.folder, 'lxc12', 99);
    cleanUp.push(() => old.stop());
    sshd.force(old.relayCommand);
    const fault = await faultOf(release(portTo(good())));
    expect(fault.code).toBe('ProtocolMismatch');
    expect(fault.message).toContain('99');
  });

  test('the lockerd of another box is refused', async () => {
    const other = await startScriptedLockerd(sshd.folder, 'lxc13');
    cleanUp.push(() => other.stop());
    sshd.force(other.relayCommand);
    const fault = await faultOf(release(portTo(good())));
    expect(fault.code).toBe('WrongBox');
    expect(fault.message).toContain('lxc13');
  });
});

/** As lockerd does: a known token attaches, a finished one returns its result; the effect happens once. */
function jobOf(ms: number) {
  const waiting: (() => void)[] = [];
  let state: 'new' | 'running' | 'finished' = 'new';
  lockerd.react(({ id, verb }, reply) => {
    if (verb === 'heartbeat') return;
    const answer = () => reply({ id, result: { undone: true } });
    if (state === 'finished') answer();
    else waiting.push(answer);
    if (state !== 'new') return;
    state = 'running';
    setTimeout(() => {
      state = 'finished';
      waiting.forEach((tell) => tell());
    }, ms);
  });
}

/** However long the login takes on a busy machine. */
async function untilAsked(): Promise<void> {
  while (lockerd.asked.length === 0) await sleep(20);
}

describe('a link that breaks', () => {
  test('in the middle of a changing call: asked again with the same token, answered once', async () => {
    const proxy = await startTcpProxy(sshd.port);
    cleanUp.push(() => proxy.stop());
    jobOf(2_500);
    const call = undrain(portTo({ ...good(), port: proxy.port }));
    await untilAsked();
    proxy.cut();
    await expect(call).resolves.toEqual({ undone: true });
    expect(lockerd.asked.map(({ change: sent }) => sent?.token)).toEqual([token, token]);
    expect(proxy.taken()).toBe(2);
  });

  test('a frozen network is noticed by keepalive, and the call goes on when it is back', async () => {
    const proxy = await startTcpProxy(sshd.port);
    cleanUp.push(() => proxy.stop());
    jobOf(6_000);
    const call = undrain(portTo({ ...good(), port: proxy.port }), 20_000);
    await sleep(1_000);
    proxy.freeze();
    await sleep(5_500);
    // Nothing told us but keepalive, and the box is dialled again already.
    expect(proxy.taken()).toBeGreaterThanOrEqual(2);
    proxy.cut();
    proxy.thaw();
    await expect(call).resolves.toEqual({ undone: true });
    expect(lockerd.asked.length).toBeGreaterThanOrEqual(2);
  });

  test('for good: LinkLost at the deadline, naming the token', async () => {
    const proxy = await startTcpProxy(sshd.port);
    lockerd.react(() => {});
    const call = faultOf(undrain(portTo({ ...good(), port: proxy.port }), 4_000));
    await untilAsked();
    await proxy.stop();
    const fault = await call;
    expect(fault.code).toBe('LinkLost');
    expect(fault.message).toContain(token);
  });

  test('while a changing call is open its token is named in heartbeats', async () => {
    lockerd.react(({ id, verb }, reply) => {
      if (verb === 'heartbeat') reply({ id, result: {} });
      else setTimeout(() => reply({ id, result: { undone: true } }), 10_800);
    });
    await undrain(portTo(good()), 20_000);
    const beats = lockerd.asked.filter(({ verb }) => verb === 'heartbeat');
    expect(beats.map(({ params }) => params)).toEqual([{ tokens: [token] }]);
  });
});

describe('jump hosts', () => {
  test('a box behind a second sshd is reached, each host key checked', async () => {
    const jump = await startSshd();
    cleanUp.push(() => jump.stop());
    const config = join(sshd.folder, 'jump_config');
    const lines = [
      'Host jump',
      '  HostName 127.0.0.1',
      `  Port ${jump.port}`,
      '  User root',
      `  IdentityFile ${jump.identityFile}`,
      `  UserKnownHostsFile ${jump.folder}/known`,
      'Host behind',
      '  HostName 127.0.0.1',
      `  Port ${sshd.port}`,
      '  ProxyJump jump',
    ];
    writeFileSync(config, `${lines.join('\n')}\n`);
    const { port: _, host: __, ...rest } = good();
    const ssh = { ...rest, host: 'behind', config };
    expect((await faultOf(release(portTo(ssh)))).code).toBe('HostKeyUnknown');
    writeFileSync(join(jump.folder, 'known'), `[127.0.0.1]:${jump.port} ${jump.hostKey}\n`);
    await expect(release(portTo(ssh))).resolves.toEqual({ released: true });
  });

  test('a jump host that can not reach the box says so', async () => {
    const dead = await freePort();
    const jump = await startSshd();
    cleanUp.push(() => jump.stop());
    const config = join(jump.folder, 'config');
    const known = join(jump.folder, 'known');
    writeFileSync(config, `UserKnownHostsFile ${known}\nIdentityFile ${jump.identityFile}\n`);
    const ssh = { ...good(), port: dead, proxyJump: `root@127.0.0.1:${jump.port}`, config };
    writeFileSync(known, `[127.0.0.1]:${jump.port} ${jump.hostKey}\n`);
    const fault = await faultOf(release(portTo(ssh)));
    expect(fault.message).toContain('jump host');
  });
});

const via = (more: Partial<SshInput> = {}): SshInput => ({ ...good(), via: 'openssh', ...more });

describe('a box that the system’s ssh dials', () => {
  test('answers as any other, over one connection', async () => {
    const proxy = await startTcpProxy(sshd.port);
    cleanUp.push(() => proxy.stop());
    const port = portTo(via({ port: proxy.port }));
    expect(await Promise.all([release(port), release(port), release(port)])).toHaveLength(3);
    expect(proxy.taken()).toBe(1);
  });

  test('is asked again with the same token when its link broke in the middle of a changing call', async () => {
    const proxy = await startTcpProxy(sshd.port);
    cleanUp.push(() => proxy.stop());
    jobOf(2_500);
    const call = undrain(portTo(via({ port: proxy.port })));
    await untilAsked();
    proxy.cut();
    await expect(call).resolves.toEqual({ undone: true });
    expect(lockerd.asked.map(({ change: sent }) => sent?.token)).toEqual([token, token]);
  });

  test('without the relay: exit code and stderr are the evidence', async () => {
    sshd.force('echo lockerctl: not found >&2; exit 127');
    const fault = await faultOf(release(portTo(via())));
    expect(fault.code).toBe('LockerdMissing');
    expect(fault.evidence.join('\n')).toContain('exit 127');
    expect(fault.evidence.join('\n')).toContain('lockerctl: not found');
  });

  test('is refused by name when its key is another one', async () => {
    const other = publicKey(makeKey(join(sshd.folder, 'other-host-2')));
    expect((await faultOf(release(portTo(via({ hostKey: other }))))).code).toBe('HostKeyMismatch');
  });
});
