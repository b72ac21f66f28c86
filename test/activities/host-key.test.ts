import { createHmac } from 'node:crypto';
import { fingerprint, hostKeyAlgorithms, hostKeyFault, parsePublicKey } from '../../activities/adapters/ssh/host-key';
import { knownKeysOf } from '../../activities/adapters/ssh/known-hosts';
import type { Hop } from '../../activities/adapters/ssh/route';

const blobOf = (type: string, seed: string) => {
  const name = Buffer.from(type);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(name.length);
  return Buffer.concat([length, name, Buffer.from(seed.padEnd(36, '.'))]);
};
const ed = blobOf('ssh-ed25519', 'one');
const other = blobOf('ssh-ed25519', 'two');
const rsa = blobOf('ssh-rsa', 'three');
const line = (names: string, blob: Buffer, type = 'ssh-ed25519') => `${names} ${type} ${blob.toString('base64')}`;
const hashed = (name: string) => {
  const salt = Buffer.from('0123456789abcdefghij');
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
};
const hop = {
  name: 'lxc12',
  host: '10.0.0.12',
  port: 22,
  hostKey: null,
  userKnownHostsFiles: ['/k'],
  globalKnownHostsFiles: [],
} as unknown as Hop;

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
    ['an authority', `@cert-authority ${line('lxc12', ed)}`, 'lxc12', 0],
    ['a broken line', 'lxc12 ssh-ed25519', 'lxc12', 0],
  ])('%s', (_, text, name, found) => {
    expect(knownKeysOf(`\n${text}\n`, name)).toHaveLength(found);
  });
});

const known = (...lines: string[]) => knownKeysOf(lines.join('\n'), '10.0.0.12');

describe('the key that a host shows', () => {
  test('is fine when it is known, whatever else is', () => {
    expect(hostKeyFault(ed, known(line('10.0.0.12', other), line('10.0.0.12', ed)), hop)).toBeNull();
  });

  test('is a mismatch when another is known, with both fingerprints', () => {
    const fault = hostKeyFault(ed, known(line('10.0.0.12', other)), hop);
    expect(fault?.code).toBe('HostKeyMismatch');
    expect(fault?.evidence.join('\n')).toContain(fingerprint(ed));
    expect(fault?.evidence.join('\n')).toContain(fingerprint(other));
  });

  test('is a mismatch also when only another type is known', () => {
    expect(hostKeyFault(ed, known(line('10.0.0.12', rsa, 'ssh-rsa')), hop)?.code).toBe('HostKeyMismatch');
  });

  test('is unknown when none is', () => {
    const fault = hostKeyFault(ed, [], hop);
    expect(fault?.code).toBe('HostKeyUnknown');
    expect(fault?.cure).toContain(`hostKey: ssh-ed25519 ${ed.toString('base64')}`);
  });

  test('is refused when it is revoked, even if a line says it is known', () => {
    const keys = known(line('10.0.0.12', ed), `@revoked ${line('10.0.0.12', ed)}`);
    expect(hostKeyFault(ed, keys, hop)?.message).toContain('revoked');
  });

  test('has the fingerprint that ssh-keygen prints', () => {
    const { blob } = parsePublicKey('ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl');
    expect(fingerprint(blob)).toBe('SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU');
  });

  test('is asked for by the types that are known first', () => {
    expect(hostKeyAlgorithms(known(line('10.0.0.12', rsa, 'ssh-rsa'))).slice(0, 2)).toEqual(['rsa-sha2-512', 'rsa-sha2-256']);
    expect(hostKeyAlgorithms([])[0]).toBe('ssh-ed25519');
  });
});
