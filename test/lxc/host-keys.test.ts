/** Every known_hosts that we could think of, shown to `ssh` and to the product: both accept the host, or both refuse it. Root and OpenSSH are needed, LXC is not. */
import { execFile, execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dial } from '../../activities/adapters/ssh/dial';
import { PLAIN_HOP } from '../../activities/adapters/ssh/route';
import type { Hop } from '../../activities/adapters/ssh/route';
import { Fault } from '../../domain/faults';
import { makeKey, publicKey, startSshd } from '../support/loopback-sshd';
import type { LoopbackSshd } from '../support/loopback-sshd';

const folder = mkdtempSync(join(tmpdir(), 'lockstep-known-'));
const at = (name: string) => join(folder, name);
/** Of the host, of another one, of an authority, and an RSA key that only one of the hosts has besides. */
const [K, O, C] = ['host', 'other', 'ca'].map((name) => publicKey(makeKey(at(name)))) as [string, string, string];
const R = publicKey(makeKey(at('rsa'), '', 'rsa'));
const base64 = K.split(' ')[1] as string;

interface Servers {
  readonly plain: LoopbackSshd;
  readonly certified: LoopbackSshd;
  readonly expired: LoopbackSshd;
  readonly two: LoopbackSshd;
}
let servers: Servers;

function certify(name: string, validity: readonly string[]): readonly string[] {
  for (const end of ['', '.pub']) copyFileSync(at(`host${end}`), at(`${name}${end}`));
  execFileSync('ssh-keygen', ['-q', '-s', at('ca'), '-I', name, '-h', '-n', '127.0.0.1', ...validity, at(`${name}.pub`)]);
  return [`HostCertificate ${at(`${name}-cert.pub`)}`];
}

beforeAll(async () => {
  const hostKeyFile = at('host');
  const [plain, certified, expired, two] = await Promise.all([
    startSshd({ hostKeyFile }),
    startSshd({ hostKeyFile, extra: certify('good', []) }),
    startSshd({ hostKeyFile, extra: certify('late', ['-V', '-2d:-1d']) }),
    startSshd({ hostKeyFile, extra: [`HostKey ${at('rsa')}`] }),
  ]);
  servers = { plain, certified, expired, two };
});
afterAll(async () => {
  await Promise.all(Object.values(servers).map((server: LoopbackSshd) => server.stop()));
  rmSync(folder, { recursive: true, force: true });
});

const hashed = (name: string) => {
  const salt = Buffer.from('0123456789abcdefghij');
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
};

interface Case {
  readonly on?: keyof Servers;
  /** P is the host with its port, as known_hosts writes it. */
  readonly known: (P: string) => string;
  /** A second file, read after the first. */
  readonly global?: (P: string) => string;
  readonly alias?: string;
  readonly revoked?: string;
}

const SAME: Readonly<Record<string, Case>> = {
  'the host with its port': { known: (P) => `${P} ${K}` },
  'the plain name, for a port of its own': { known: () => `127.0.0.1 ${K}` },
  'another key for the plain name': { known: () => `127.0.0.1 ${O}` },
  'another key for the port, the right one for the plain name': { known: (P) => `${P} ${O}\n127.0.0.1 ${K}` },
  'another type for the port, the right one for the plain name': { known: (P) => `${P} ${R}\n127.0.0.1 ${K}` },
  'only another type': { known: (P) => `${P} ${R}` },
  'only another type for the plain name': { known: () => `127.0.0.1 ${R}` },
  'revoked for the port': { known: (P) => `@revoked ${P} ${K}\n127.0.0.1 ${K}` },
  'revoked for the plain name alone': { known: (P) => `@revoked 127.0.0.1 ${K}\n${P} ${K}` },
  'revoked for all': { known: (P) => `@revoked * ${K}\n${P} ${K}` },
  'another key is revoked': { known: (P) => `@revoked ${P} ${O}\n${P} ${K}` },
  'a star': { known: () => `* ${K}` },
  'a star in brackets': { known: (P) => `${P.replace('127.0.0.1', '*')} ${K}` },
  'any port': { known: () => `[127.0.0.?]:* ${K}` },
  'negated for the plain name': { known: () => `*,!127.0.0.1 ${K}` },
  'negated for the port': { known: (P) => `*,!${P} ${K}` },
  'negated for both': { known: (P) => `*,!127.0.0.1,!${P} ${K}` },
  'negated before it is named': { known: () => `!*,127.0.0.1 ${K}` },
  'hashed with its port': { known: (P) => `${hashed(P)} ${K}` },
  'hashed plain': { known: () => `${hashed('127.0.0.1')} ${K}` },
  'hashed, for another host': { known: () => `${hashed('127.0.0.2')} ${K}` },
  'a hash and a name in one line': { known: (P) => `${hashed(P)},127.0.0.1 ${K}` },
  'an alias': { known: () => `foo ${K}`, alias: 'foo' },
  'an alias in another case': { known: () => `FOO ${K}`, alias: 'Foo' },
  'an alias, hashed': { known: () => `${hashed('foo')} ${K}`, alias: 'Foo' },
  'an alias knows no port': { known: (P) => `[foo]:${P.split(':')[1]} ${K}`, alias: 'foo' },
  'an alias hides the name': { known: (P) => `${P} ${K}`, alias: 'foo' },
  'lines that are no keys': { known: (P) => `${P} ssh-ed25519 !!!\ngarbage\n${P}\n${P} 2048 35 123\n127.0.0.1 ${K}` },
  'a key that is cut off': { known: (P) => `${P} ${K.slice(0, 60)}\n127.0.0.1 ${K}` },
  'a key with more behind it': { known: (P) => `${P} ${K}AAAA\n127.0.0.1 ${K}` },
  'a key with a sign too many': { known: (P) => `${P} ${K}=` },
  'the wrong type before the key': { known: (P) => `${P} ssh-rsa ${base64}` },
  'the type in capitals': { known: (P) => `${P} SSH-ED25519 ${base64}` },
  'a type that nobody has': { known: (P) => `${P} ssh-foo ${base64}\n127.0.0.1 ${K}` },
  'a comment behind': { known: (P) => `${P} ${K} jane@desk of 2019` },
  'blanks before, tabs between': { known: (P) => ` \t${P}\t${K.replace(' ', '\t')}` },
  'line ends of another system': { known: (P) => `${P} ${K}\r` },
  'no line end': { known: (P) => `${P} ${K}`.trimEnd() },
  'a space of another kind': { known: (P) => `${P}\u00a0 ${K}` },
  'a byte order mark': { known: (P) => `\ufeff${P} ${K}` },
  'a blank between names': { known: (P) => `a, ${P} ${K}` },
  'empty names': { known: (P) => `,${P}, ${K}` },
  'a comment': { known: (P) => `#${P} ${K}` },
  'a marker that nobody has': { known: (P) => `@foo ${P} ${K}` },
  'a marker in capitals': { known: (P) => `@REVOKED ${P} ${K}\n${P} ${K}` },
  'two markers': { known: (P) => `@cert-authority @revoked ${P} ${K}\n${P} ${K}` },
  'a revoked line that is no key': { known: (P) => `@revoked ${P} ssh-ed25519 xx\n${P} ${K}` },
  'an authority, of a host without a certificate': { known: (P) => `@cert-authority ${P} ${C}` },
  'the host key as an authority': { known: (P) => `@cert-authority ${P} ${K}` },
  'another authority and the key': { known: (P) => `@cert-authority ${P} ${O}\n${P} ${K}` },
  'in the second file': { known: () => '', global: (P) => `${P} ${K}` },
  'revoked in the second file': { known: (P) => `${P} ${K}`, global: (P) => `@revoked ${P} ${K}` },
  'another key in the first file, the right one in the second': { known: (P) => `${P} ${O}`, global: (P) => `${P} ${K}` },
  'in no file': { known: () => '' },
  'two host keys, the second is known': { on: 'two', known: (P) => `${P} ${R}` },
  'two host keys, the second is known by the plain name': { on: 'two', known: () => `127.0.0.1 ${R}` },
  'two host keys, the first has changed': { on: 'two', known: (P) => `${P} ${R}\n${P} ${O}` },
  'two host keys, the first is revoked': { on: 'two', known: (P) => `@revoked ${P} ${K}\n${P} ${R}` },
  'a certificate, but the key is known': { on: 'certified', known: (P) => `${P} ${K}` },
  'a certificate of another authority, but the key is known': {
    on: 'certified',
    known: (P) => `@cert-authority * ${O}\n${P} ${K}`,
  },
  'a certificate of a revoked authority': { on: 'certified', known: (P) => `@cert-authority ${P} ${C}\n@revoked ${P} ${C}` },
  'a certificate of a revoked authority, but the key is known': {
    on: 'certified',
    known: (P) => `@revoked ${P} ${C}\n${P} ${K}`,
  },
  'a certificate whose key is revoked': { on: 'certified', known: (P) => `@cert-authority ${P} ${C}\n@revoked ${P} ${K}` },
  'a certificate that is for another name': { on: 'certified', known: () => `@cert-authority foo ${C}`, alias: 'foo' },
  'a certificate that has expired': { on: 'expired', known: (P) => `@cert-authority ${P} ${C}` },
  'a certificate that has expired, but the key is known': { on: 'expired', known: (P) => `@cert-authority ${P} ${C}\n${P} ${K}` },
  ...Object.fromEntries(
    [
      'list',
      'list-other',
      'list-with-garbage',
      'empty',
      'missing',
      'krl',
      'krl-other',
      'krl-hash',
      'krl-cut',
      'ca',
      'known-hosts',
    ].map((name): [string, Case] => [`RevokedHostKeys: ${name}`, { known: (P) => `${P} ${K}`, revoked: name }]),
  ),
};

beforeAll(() => {
  writeFileSync(at('list'), `# stolen\n\n  ${K} host\r\n`);
  writeFileSync(at('list-other'), `${O}\n`);
  writeFileSync(at('list-with-garbage'), `${O}\ngarbage\n`);
  writeFileSync(at('empty'), '');
  writeFileSync(at('known-hosts'), `127.0.0.1 ${O}\n`);
  const krl = (name: string, from: string) => execFileSync('ssh-keygen', ['-q', '-k', '-f', at(name), from]);
  krl('krl', at('host.pub'));
  krl('krl-other', at('other.pub'));
  const print = execFileSync('ssh-keygen', ['-lf', at('host.pub')], { encoding: 'utf8' }).split(' ')[1];
  writeFileSync(at('spec'), `hash: ${print}\n`);
  krl('krl-hash', at('spec'));
  writeFileSync(at('krl-cut'), execFileSync('head', ['-c', '60', at('krl')]));
});

function hopOf({ on = 'plain', known, global, alias, revoked }: Case): Hop {
  const server = servers[on];
  const P = `[127.0.0.1]:${server.port}`;
  writeFileSync(at('known_hosts'), `${known(P)}${known(P).endsWith('\r') ? '\n' : ''}`);
  writeFileSync(at('known_hosts_2'), `${global?.(P) ?? ''}\n`);
  return {
    ...PLAIN_HOP,
    name: 'lxc12',
    host: '127.0.0.1',
    port: server.port,
    user: 'root',
    identityFiles: [server.identityFile],
    userKnownHostsFiles: [at('known_hosts')],
    globalKnownHostsFiles: [at('known_hosts_2')],
    hostKeyAlias: alias ?? null,
    revokedHostKeysFiles: revoked === undefined ? [] : [revoked === 'ca' ? at('list-other') : at(revoked)],
  };
}

function askSsh(hop: Hop): Promise<'accepts' | 'refuses'> {
  const options = {
    BatchMode: 'yes',
    StrictHostKeyChecking: 'yes',
    UserKnownHostsFile: hop.userKnownHostsFiles[0],
    GlobalKnownHostsFile: hop.globalKnownHostsFiles[0],
    HostKeyAlias: hop.hostKeyAlias,
    RevokedHostKeys: hop.revokedHostKeysFiles[0],
  };
  const words = Object.entries(options).flatMap(([key, value]) => (value == null ? [] : ['-o', `${key}=${value}`]));
  const argv = ['-F', 'none', ...words, '-i', hop.identityFiles[0] as string, '-p', String(hop.port), 'root@127.0.0.1', 'true'];
  return new Promise((resolve) => void execFile('ssh', argv, (error) => resolve(error === null ? 'accepts' : 'refuses')));
}

async function askProduct(hop: Hop): Promise<'accepts' | Fault> {
  try {
    (await dial([hop], 20_000)).close();
    return 'accepts';
  } catch (error) {
    if (error instanceof Fault && error.code.startsWith('HostKey')) return error;
    throw error;
  }
}

test.each(Object.entries(SAME))('ssh and the product agree: %s', async (_, one) => {
  const hop = hopOf(one);
  const [ssh, product] = await Promise.all([askSsh(hop), askProduct(hop)]);
  expect(product === 'accepts' ? product : 'refuses').toBe(ssh);
});

/** What the product refuses and ssh does not: docs/ssh.md lists them. */
const NAMED: Readonly<Record<string, Case>> = {
  'a certificate of a known authority': { on: 'certified', known: (P) => `@cert-authority ${P} ${C}` },
  'a certificate, and revoked keys of whatever kind': { on: 'certified', known: (P) => `@revoked ${P} ${O}\n${P} ${K}` },
};
test.each(Object.entries(NAMED))('ssh accepts and the product names the cure: %s', async (_, one) => {
  const hop = hopOf(one);
  expect(await askSsh(hop)).toBe('accepts');
  expect((await askProduct(hop)) as Fault).toMatchObject({ cure: expect.stringContaining('via: openssh') });
});
