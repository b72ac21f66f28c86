/** Boxes that the system's ssh dials (`via: openssh`), against a real sshd on loopback. Root and OpenSSH are needed, LXC is not. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '../../activities/adapters/ssh/connection';
import { dial } from '../../activities/adapters/ssh/dial';
import { PLAIN_HOP } from '../../activities/adapters/ssh/route';
import type { Hop, Route } from '../../activities/adapters/ssh/route';
import { runCommand } from '../../activities/adapters/ssh/run-command';
import { runRemote } from '../../activities/adapters/ssh/run-remote';
import { Fault } from '../../domain/faults';
import { freePort, makeKey, publicKey, startSshd } from '../support/loopback-sshd';
import type { LoopbackSshd } from '../support/loopback-sshd';
import { startTcpProxy } from '../support/tcp-proxy';

let sshd: LoopbackSshd;
const open: Connection[] = [];
const cleanUp: (() => unknown)[] = [];
beforeAll(async () => {
  sshd = await startSshd();
});
afterAll(() => sshd.stop());
afterEach(async () => {
  open.splice(0).forEach((connection) => connection.close());
  for (const end of cleanUp.splice(0)) await end();
});

function hop(to: LoopbackSshd, more: Partial<Hop> & { readonly options?: readonly string[] } = {}): Hop {
  const { options = [], ...fields } = more;
  const port = fields.port ?? to.port;
  const sshArguments = ['-F', 'none', '-p', String(port), '-l', 'root', ...options.flatMap((option) => ['-o', option])];
  if (!options.some((option) => option.startsWith('IdentityFile'))) sshArguments.push('-i', to.identityFile);
  return {
    ...PLAIN_HOP,
    via: 'openssh',
    name: '127.0.0.1',
    host: '127.0.0.1',
    port,
    user: 'root',
    identityFiles: [to.identityFile],
    hostKey: to.hostKey,
    sshArguments,
    ...fields,
  };
}

async function connect(...route: Hop[]): Promise<Connection> {
  const connection = await dial(route as unknown as Route, 20_000);
  open.push(connection);
  return connection;
}
const run = (connection: Connection, command: string, stdin = '') => runRemote(connection, { command, stdin, timeoutMs: 20_000 });

async function faultOf(promise: Promise<unknown>): Promise<Fault> {
  const error: unknown = await promise.then(
    () => new Error('it did not fail'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof Fault) return error;
  throw error;
}
const folders = () => readdirSync(tmpdir()).filter((name) => name.startsWith('lockstep-ssh-'));
const sshOf = (word: string) =>
  readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(word);
      } catch {
        return false;
      }
    });
async function until(what: () => boolean): Promise<void> {
  while (!what()) await sleep(50);
}

test('commands have stdin, stdout, stderr and exit code, and share one connection', async () => {
  const proxy = await startTcpProxy(sshd.port);
  cleanUp.push(() => proxy.stop());
  const connection = await connect(hop(sshd, { port: proxy.port }));
  const big = 'x'.repeat(300_000);
  const ran = await Promise.all([
    run(connection, 'cat; echo told >&2; exit 7', big),
    run(connection, 'exit 0'),
    run(connection, 'kill -9 $$'),
  ]);
  expect(ran[0]).toEqual({ code: 7, stdout: big, stderr: 'told\n' });
  expect(ran[1]).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(ran[2]?.code).not.toBe(0);
  const lines: string[] = [];
  await runCommand(connection, { command: 'sh -s', stdin: 'echo a; echo b', onLine: (line) => lines.push(line) });
  expect(lines).toEqual(['a', 'b']);
  expect(proxy.taken()).toBe(1);
});

test('closed, nothing of it is left: no process, no folder, no connection', async () => {
  const before = folders();
  const connection = await connect(hop(sshd));
  const [mine] = folders().filter((name) => !before.includes(name));
  const running = connection.exec('sleep 1000');
  const { ended } = await running;
  connection.close();
  expect((await ended).code).toBeNull();
  await until(() => !folders().includes(mine as string) && sshOf(mine as string).length === 0);
});

test('ssh ends with the process that dialled, however that dies', async () => {
  const script = join(sshd.folder, 'dialler.ts');
  const dialFile = join(__dirname, '../../activities/adapters/ssh/dial');
  const text = `import { dial } from '${dialFile}';\nvoid dial(${JSON.stringify([hop(sshd)])} as never, 20_000).then(() => { console.log('up'); setInterval(() => {}, 1000); });\n`;
  writeFileSync(script, text);
  const before = folders();
  const child = spawn(process.execPath, ['--import', 'tsx', script], {
    cwd: join(__dirname, '../..'),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const [mine] = folders().filter((name) => !before.includes(name));
  expect(sshOf(mine as string).length).toBeGreaterThan(0);
  child.kill('SIGKILL');
  await until(() => sshOf(mine as string).length === 0);
});

test('a link that freezes is noticed, and the outcome of what ran is unknown', async () => {
  const proxy = await startTcpProxy(sshd.port);
  cleanUp.push(() => proxy.stop());
  const connection = await connect(hop(sshd, { port: proxy.port }));
  const { ended } = await connection.exec('sleep 1000');
  proxy.freeze();
  expect(await ended).toMatchObject({ code: null });
  // Nobody dials anew behind our back.
  expect((await run(connection, 'true')).code).toBeNull();
  expect(proxy.taken()).toBe(1);
});

describe('host keys', () => {
  test('another key than the pinned one is refused', async () => {
    const other = publicKey(makeKey(join(sshd.folder, 'other')));
    const fault = await faultOf(connect(hop(sshd, { hostKey: other })));
    expect(fault.code).toBe('HostKeyMismatch');
    expect(fault.evidence.join('\n')).toContain('has changed and you have requested strict checking');
  });

  test('an unknown one is refused, whatever the ssh config says', async () => {
    const trusting = hop(sshd, { hostKey: null, options: ['StrictHostKeyChecking=no', `UserKnownHostsFile=${sshd.folder}/new`] });
    expect((await faultOf(connect(trusting))).code).toBe('HostKeyUnknown');
    expect(existsSync(join(sshd.folder, 'new'))).toBe(false);
  });

  test('a host certificate is read', async () => {
    const key = makeKey(join(sshd.folder, 'certified'));
    const ca = makeKey(join(sshd.folder, 'host-ca'));
    execFileSync('ssh-keygen', ['-q', '-s', ca, '-I', 'h', '-h', '-n', '127.0.0.1', `${key}.pub`]);
    const host = await startSshd({ hostKeyFile: key, extra: [`HostCertificate ${key}-cert.pub`] });
    cleanUp.push(() => host.stop());
    const known = join(sshd.folder, 'authorities');
    writeFileSync(known, `@cert-authority * ${publicKey(ca)}\n`);
    const route = hop(host, { hostKey: null, options: [`UserKnownHostsFile=${known}`] });
    expect((await run(await connect(route), 'echo in')).stdout).toBe('in\n');
  });
});

describe('logins', () => {
  test('a user certificate opens the door, and by ssh2 its absence is told with the cure', async () => {
    const key = makeKey(join(sshd.folder, 'jane'));
    const ca = makeKey(join(sshd.folder, 'user-ca'));
    execFileSync('ssh-keygen', ['-q', '-s', ca, '-I', 'jane', '-n', 'root', `${key}.pub`]);
    const host = await startSshd({ extra: [`TrustedUserCAKeys ${ca}.pub`] });
    cleanUp.push(() => host.stop());
    const route = hop(host, { identityFiles: [key], identitiesNamed: true, options: [`IdentityFile=${key}`] });
    expect((await run(await connect(route), 'echo in')).stdout).toBe('in\n');
    const fault = await faultOf(connect({ ...route, via: 'ssh2' }));
    expect(fault.code).toBe('LoginRefused');
    expect(fault.evidence.join('\n')).toContain(`certificate ${key}-cert.pub: not offered`);
    expect(fault.cure).toContain('via: openssh');
  });

  test('a key that the host does not take is a refused login', async () => {
    const stranger = makeKey(join(sshd.folder, 'stranger-2'));
    const fault = await faultOf(
      connect(hop(sshd, { options: [`IdentityFile=${stranger}`, 'IdentitiesOnly=yes', 'IdentityAgent=none'] })),
    );
    expect(fault.code).toBe('LoginRefused');
    expect(fault.evidence.join('\n')).toContain('Permission denied');
  });
});

test('what can not be reached, and what can not be agreed on, is told in ssh’s words', async () => {
  const closed = await faultOf(connect(hop(sshd, { port: await freePort() })));
  expect(closed.code).toBe('BoxUnreachable');
  expect(closed.sentence).toContain('Connection refused');
  const ciphers = await faultOf(connect(hop(sshd, { options: ['Ciphers=aes128-cbc'] })));
  expect(ciphers.code).toBe('NoCommonAlgorithm');
  const typo = await faultOf(connect(hop(sshd, { options: ['IdentitiesOnlly=yes'] })));
  expect(typo.code).toBe('RouteRefused');
  expect(typo.evidence.join('\n')).toContain('identitiesonlly');
});

test('jump hosts are checked as strictly as the box', async () => {
  const jump = await startSshd();
  cleanUp.push(() => jump.stop());
  const route = (first: Hop) => connect(first, hop(sshd));
  expect((await run(await route(hop(jump)), 'echo in')).stdout).toBe('in\n');
  const strange = hop(jump, { hostKey: null, options: ['StrictHostKeyChecking=no', 'UserKnownHostsFile=none'] });
  const fault = await faultOf(route(strange));
  expect(fault.code).toBe('HostKeyUnknown');
});
