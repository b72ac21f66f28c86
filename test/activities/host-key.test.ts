import { createHmac } from 'node:crypto';
import {
  fingerprint,
  hostKeyAlgorithms,
  hostKeyFault,
  knownHostOf,
  parsePublicKey,
} from '../../activities/adapters/ssh/host-key';
import { knownKeysOf } from '../../activities/adapters/ssh/known-hosts';
import { PLAIN_HOP } from '../../activities/adapters/ssh/route';
import type { Hop } from '../../activities/adapters/ssh/route';

const stringOf = (value: string) => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(value.length);
  return Buffer.concat([length, Buffer.from(value, 'latin1')]);
};
const blobOf = (type: string, ...rest: string[]) => Buffer.concat([type, ...rest].map(stringOf));
const ed = blobOf('ssh-ed25519', 'one');
const other = blobOf('ssh-ed25519', 'two');
const rsa = blobOf('ssh-rsa', 'exponent', 'modulus');
const line = (names: string, blob: Buffer, type = 'ssh-ed25519') => `${names} ${type} ${blob.toString('base64')}`;
const hashed = (name: string) => {
  const salt = Buffer.from('0123456789abcdefghij');
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
};
const hop: Hop = {
  ...PLAIN_HOP,
  name: 'lxc12',
  host: '10.0.0.12',
  user: 'lockstep',
  identityFiles: [],
  userKnownHostsFiles: ['/k'],
};

describe('known_hosts', () => {
  test.each([
    ['a plain name', line('lxc12', ed), 'lxc12', 1],
    ['one of several names', line('a,lxc12,10.0.0.12', ed), '10.0.0.12', 1],
    ['another name', line('lxc13', ed), 'lxc12', 0],
    ['a port of its own', line('[lxc12]:2222', ed), '[lxc12]:2222', 1],
    ['the port that is not meant', line('[lxc12]:2222', ed), 'lxc12', 0],
    ['a wildcard', line('*.example.org', ed), 'a.example.org', 1],
    ['a wildcard whose dot is a dot', line('a.c', ed), 'abc', 0],
    ['a negated pattern', line('*.example.org,!b.example.org', ed), 'b.example.org', 0],
    ['a hashed name', line(hashed('lxc12'), ed), 'lxc12', 1],
    ['a hashed name of another host', line(hashed('lxc13'), ed), 'lxc12', 0],
    ['a hashed name with its port', line(hashed('[lxc12]:2222'), ed), '[lxc12]:2222', 1],
    ['capitals', line('LXC12', ed), 'lxc12', 1],
    ['a comment', `# ${line('lxc12', ed)}`, 'lxc12', 0],
    ['an authority', `@cert-authority ${line('lxc12', ed)}`, 'lxc12', 1],
    ['a marker that ssh does not know', `@foo ${line('lxc12', ed)}`, 'lxc12', 0],
    ['a marker in capitals', `@REVOKED ${line('lxc12', ed)}`, 'lxc12', 0],
    ['a broken line', 'lxc12 ssh-ed25519', 'lxc12', 0],
    ['a key that is cut off', line('lxc12', ed.subarray(0, ed.length - 2)), 'lxc12', 0],
    ['a key with more behind it', line('lxc12', Buffer.concat([ed, Buffer.alloc(3)])), 'lxc12', 0],
    ['letters that are no base64', `${line('lxc12', ed)}!`, 'lxc12', 0],
    ['a key under the name of another type', line('lxc12', ed, 'ssh-rsa'), 'lxc12', 0],
    ['a type that nobody has', line('lxc12', blobOf('ssh-foo', 'one'), 'ssh-foo'), 'lxc12', 0],
    ['an RSA key under the name of its signature', line('lxc12', rsa, 'rsa-sha2-512'), 'lxc12', 1],
    ['tabs and blanks before', `\t ${line('lxc12', ed).replaceAll(' ', '\t')}`, 'lxc12', 1],
    ['another space, which is a part of the name', line('lxc12\u00a0', ed), 'lxc12', 0],
    ['the line end of another system', `${line('lxc12', ed)}\r`, 'lxc12', 1],
    ['names with a blank between', line('a, lxc12', ed), 'lxc12', 0],
    ['a hash that something follows', line(`${hashed('lxc12')},lxc12`, ed), 'lxc12', 0],
    ['a hash of another kind', line(hashed('lxc12').replace('|1|', '|2|'), ed), 'lxc12', 0],
  ])('%s', (_, text, name, found) => {
    expect(knownKeysOf(`\n${text}\n`, name)).toHaveLength(found);
  });
});

const known = (...lines: string[]) => knownHostOf(hop, [lines.join('\n')]);
const judge = (shown: Buffer, ...lines: string[]) => hostKeyFault(shown, known(...lines), { hop, certified: false });
const ownPort: Hop = { ...hop, port: 2222 };
const judgePort = (shown: Buffer, ...lines: string[]) =>
  hostKeyFault(shown, knownHostOf(ownPort, [lines.join('\n')]), { hop: ownPort, certified: false });

describe('the key that a host shows', () => {
  test('is fine when it is known, whatever else is', () => {
    expect(judge(ed, line('10.0.0.12', other), line('10.0.0.12', ed))).toBeNull();
  });

  test('is a mismatch when another is known, with both fingerprints', () => {
    const fault = judge(ed, line('10.0.0.12', other));
    expect(fault?.code).toBe('HostKeyMismatch');
    expect(fault?.evidence.join('\n')).toContain(fingerprint(ed));
    expect(fault?.evidence.join('\n')).toContain(fingerprint(other));
  });

  test('is a mismatch also when only another type is known', () => {
    expect(judge(ed, line('10.0.0.12', rsa, 'ssh-rsa'))?.code).toBe('HostKeyMismatch');
  });

  test('is unknown when none is', () => {
    const fault = judge(ed);
    expect(fault?.code).toBe('HostKeyUnknown');
    expect(fault?.cure).toContain(`hostKey: ssh-ed25519 ${ed.toString('base64')}`);
  });

  test('is refused when it is revoked, even if a line says it is known', () => {
    expect(judge(ed, line('10.0.0.12', ed), `@revoked ${line('10.0.0.12', ed)}`)?.message).toContain('revoked');
  });

  test('is unknown where only an authority is known, and via openssh is the cure', () => {
    const fault = judge(ed, `@cert-authority ${line('*', other)}`);
    expect(fault?.code).toBe('HostKeyUnknown');
    expect(fault?.cure).toContain('via: openssh');
  });

  test('is not taken where a revoked key may have signed the certificate that the host has as well', () => {
    const keys = known(`@revoked ${line('10.0.0.12', other)}`, line('10.0.0.12', ed));
    expect(hostKeyFault(ed, keys, { hop, certified: false })).toBeNull();
    expect(hostKeyFault(ed, keys, { hop, certified: true })?.cure).toContain('via: openssh');
  });

  test('is not trusted at first sight, whatever the ssh config says, and the fault says so', () => {
    const trusting: Hop = { ...hop, strictHostKeyChecking: 'accept-new' };
    const fault = hostKeyFault(ed, knownHostOf(trusting, []), { hop: trusting, certified: false });
    expect(fault?.evidence.join('\n')).toContain('StrictHostKeyChecking accept-new, which is not followed');
  });

  test('at a port of its own is known by the plain name, too, if nothing else is said of that port', () => {
    expect(judgePort(ed, line('10.0.0.12', ed))).toBeNull();
    expect(judgePort(ed, line('10.0.0.12', other))?.code).toBe('HostKeyUnknown');
    expect(judgePort(ed, line('[10.0.0.12]:2222', other), line('10.0.0.12', ed))?.code).toBe('HostKeyMismatch');
    expect(judgePort(ed, line('[10.0.0.12]:2222', ed), `@revoked ${line('10.0.0.12', ed)}`)).toBeNull();
    expect(judgePort(ed, `@revoked ${line('10.0.0.12', ed)}`, line('10.0.0.12', ed))?.code).toBe('HostKeyUnknown');
  });

  test('has the fingerprint that ssh-keygen prints', () => {
    const { blob } = parsePublicKey('ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl');
    expect(fingerprint(blob)).toBe('SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU');
  });

  test('is asked for by the types that are known first', () => {
    expect(hostKeyAlgorithms(known(line('10.0.0.12', rsa, 'ssh-rsa'))).slice(0, 2)).toEqual(['rsa-sha2-512', 'rsa-sha2-256']);
    expect(hostKeyAlgorithms(known())[0]).toBe('ssh-ed25519');
    // ssh does not look at the plain name for this.
    expect(hostKeyAlgorithms(knownHostOf(ownPort, [line('10.0.0.12', rsa, 'ssh-rsa')]))[0]).toBe('ssh-ed25519');
  });
});
