/** What peers do on the wire before anybody is logged in, and which key is shown first. Real sshds, real agents. Root and OpenSSH are needed, LXC is not. */
import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { readKeyFile } from '../../activities/adapters/ssh/key-file';
import { setTimeout as sleep } from 'node:timers/promises';
import { dial } from '../../activities/adapters/ssh/dial';
import { PLAIN_HOP } from '../../activities/adapters/ssh/route';
import type { Hop } from '../../activities/adapters/ssh/route';
import { Fault } from '../../domain/faults';
import { freePort, makeKey, startSshd } from '../support/loopback-sshd';
import type { LoopbackSshd } from '../support/loopback-sshd';

const cleanUp: (() => unknown)[] = [];
let sshd: LoopbackSshd;
beforeAll(async () => {
  sshd = await startSshd({ extra: ['LogLevel VERBOSE'] });
});
afterAll(() => sshd.stop());
afterEach(async () => {
  for (const end of cleanUp.splice(0)) await end();
});

const hopTo = (port: number, more: Partial<Hop> = {}): Hop => ({
  ...PLAIN_HOP,
  name: 'lxc12',
  host: '127.0.0.1',
  port,
  user: 'root',
  identityFiles: [sshd.identityFile],
  hostKey: sshd.hostKey,
  ...more,
});

async function faultOf(hop: Hop): Promise<Fault> {
  const error: unknown = await dial([hop], 20_000).then(
    (connection) => (connection.close(), new Error('it did not fail')),
    (thrown: unknown) => thrown,
  );
  if (error instanceof Fault) return error;
  throw error;
}

async function aPeer(react: (socket: Socket) => void, host = '127.0.0.1'): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => {}).resume();
    react(socket);
  });
  await new Promise<void>((resolve) => void server.listen(0, host, resolve));
  cleanUp.push(() => new Promise((resolve) => server.close(resolve)));
  return (server.address() as AddressInfo).port;
}

describe('a peer', () => {
  test.each([
    [
      'that turns us away',
      'Not allowed at this time\r\n',
      'turned us away before the login: "Not allowed at this time"',
      'PerSourcePenalties',
    ],
    ['that has too many', 'Exceeded MaxStartups\r\n', '"Exceeded MaxStartups"', 'MaxStartups'],
    ['that closes at once', '', 'without a word', 'MaxStartups'],
    [
      'that speaks HTTP',
      'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n<html>',
      'no SSH server: it said "HTTP/1.1 400 Bad Request"',
      'host and port',
    ],
    ['that speaks something else', '220 mail.example.org ESMTP\r\n', 'it said "220 mail.example.org ESMTP"', 'host and port'],
  ])('%s is told by what it said', async (_, said, sentence, cure) => {
    const fault = await faultOf(hopTo(await aPeer((socket) => socket.end(said))));
    expect(fault).toMatchObject({
      code: 'BoxUnreachable',
      sentence: expect.stringContaining(sentence),
      cure: expect.stringContaining(cure),
    });
  });

  test('that says some lines before its greeting is an SSH server all the same', async () => {
    const fault = await faultOf(hopTo(await aPeer((socket) => socket.end('welcome\r\nSSH-2.0-dropbear\r\n'))));
    expect(fault.sentence).not.toContain('no SSH server');
  });
});

test('a server without a key exchange that ssh2 knows is a fault for good, with the cure', async () => {
  const newer = await startSshd({ extra: ['KexAlgorithms sntrup761x25519-sha512@openssh.com'] });
  cleanUp.push(() => newer.stop());
  const fault = await faultOf(hopTo(newer.port, { hostKey: newer.hostKey }));
  expect(fault).toMatchObject({ code: 'NoCommonAlgorithm', retryable: false, cure: expect.stringContaining('via: openssh') });
  expect(fault.evidence.join('\n')).toContain('sntrup761x25519-sha512@openssh.com');
});

describe('addresses and ports', () => {
  test('a name whose first address is dead is reached at the next, and all dead ones are named with their reasons', async () => {
    const all = execFileSync('/usr/bin/getent', ['ahosts', 'localhost'], { encoding: 'utf8' });
    const connection = await dial([hopTo(sshd.port, { host: 'localhost' })], 20_000);
    connection.close();
    const fault = await faultOf(hopTo(await freePort(), { host: 'localhost' }));
    expect(fault.sentence).toContain('ECONNREFUSED');
    if (all.includes('::1'))
      expect(fault.sentence).toMatch(/::1: .*ECONNREFUSED.*127\.0\.0\.1: |127\.0\.0\.1: .*ECONNREFUSED.*::1: /);
  });

  test('a port that can not be is bad input, not a defect', async () => {
    expect(await faultOf(hopTo(70_000))).toMatchObject({ code: 'FleetFileInvalid', sentence: expect.stringContaining('70000') });
  });
});

async function anAgentWith(...keys: string[]): Promise<string> {
  const socket = join(sshd.folder, `agent-${keys.length}-${cleanUp.length}.sock`);
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
  cleanUp.push(() => agent.kill());
  while (!existsSync(socket)) await sleep(20);
  for (const key of keys)
    execFileSync('ssh-add', ['-q', key], { env: { ...process.env, SSH_AUTH_SOCK: socket }, stdio: 'ignore' });
  return socket;
}
const strangers = (word: string, count: number) =>
  Array.from({ length: count }, (_, n) => makeKey(join(sshd.folder, `${word}-${n}`)));

describe('which key goes first', () => {
  test.each([false, true])(
    'a host sees the keys that ssh would show it, in the same order (IdentitiesOnly: %s)',
    async (identitiesOnly) => {
      const host = await startSshd({ extra: ['LogLevel DEBUG2', 'MaxAuthTries 50'] });
      cleanUp.push(() => host.stop());
      const [a, b, c, d, e] = Array.from({ length: 5 }, (_, n) => makeKey(join(host.folder, `order-${n}`))) as [
        string,
        string,
        string,
        string,
        string,
      ];
      const agent = await anAgentWith(a, b, c);
      const fileB = join(host.folder, 'b.pub');
      copyFileSync(`${b}.pub`, fileB);
      const identityFiles = [d, c, fileB, e];
      const hop = hopTo(host.port, { hostKey: host.hostKey, identityFiles, identitiesNamed: true, identitiesOnly, agent });
      expect((await faultOf(hop)).code).toBe('LoginRefused');
      const ours = shown(host.log());
      const words = [...identityFiles.flatMap((file) => ['-i', file]), '-o', `IdentitiesOnly=${identitiesOnly ? 'yes' : 'no'}`];
      expect(ours).toEqual(sshOrder(words, host, agent));
      expect(ours).toHaveLength(identitiesOnly ? 4 : 5);
    },
  );

  test('of an agent with nine keys, the one that is named: MaxAuthTries 6 is enough', async () => {
    const agent = await anAgentWith(...strangers('nine', 8), sshd.identityFile);
    const half = join(sshd.folder, 'half.pub');
    copyFileSync(`${sshd.identityFile}.pub`, half);
    for (const file of [half, sshd.identityFile]) {
      const connection = await dial([hopTo(sshd.port, { identityFiles: [file], identitiesNamed: true, agent })], 20_000);
      connection.close();
    }
  });

  test('a named file that the agent has not is shown after its nine keys, as ssh does, and still in time', async () => {
    const agent = await anAgentWith(...strangers('full', 9));
    const connection = await dial([hopTo(sshd.port, { identitiesNamed: true, agent })], 20_000);
    connection.close();
  });
});

const shown = (log: string): string[] =>
  [...log.matchAll(/Failed publickey for root .*(SHA256:\S+)/g)].map(([, print]) => print as string);

function sshOrder(words: readonly string[], host: LoopbackSshd, agent: string): string[] {
  const argv = [
    '-F',
    'none',
    '-v',
    '-o',
    'BatchMode=yes',
    '-o',
    'StrictHostKeyChecking=no',
    '-o',
    'UserKnownHostsFile=/dev/null',
    ...words,
  ];
  const script = 'ssh "$@" 2>&1 || true';
  const env = { ...process.env, SSH_AUTH_SOCK: agent };
  const said = execFileSync('sh', ['-c', script, 'sh', ...argv, '-p', String(host.port), 'root@127.0.0.1', 'true'], {
    encoding: 'utf8',
    env,
  });
  return [...said.matchAll(/Offering public key: .*(SHA256:\S+)/g)].map(([, print]) => print as string);
}

describe('key files', () => {
  test.each([
    ['RSA', ['genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048']],
    ['ECDSA', ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256']],
    ['Ed25519', ['genpkey', '-algorithm', 'ED25519']],
  ])('a PKCS#8 %s key is offered', async (type, argv) => {
    const host = await startSshd();
    cleanUp.push(() => host.stop());
    const file = join(host.folder, `pkcs8-${type}`);
    execFileSync('/usr/bin/openssl', [...argv, '-out', file], { stdio: 'ignore' });
    execFileSync('chmod', ['600', file]);
    expect(readFileSync(file, 'utf8')).toContain('BEGIN PRIVATE KEY');
    host.allow(await openssh(file));
    const connection = await dial(
      [hopTo(host.port, { hostKey: host.hostKey, identityFiles: [file], identitiesNamed: true })],
      20_000,
    );
    connection.close();
  });
});

/** The public half: ssh-keygen before 9.6 reads no Ed25519 key of this form, so that the product's own reader is asked. */
async function openssh(file: string): Promise<string> {
  const { key } = await readKeyFile(file);
  return `${key?.type} ${key?.getPublicSSH().toString('base64')}`;
}
