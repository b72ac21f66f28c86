/** What an ssh config allows, of what ssh2 has; ssh2 itself fails on a name that it does not know. Pure. */
import type { Algorithms as Offered, CipherAlgorithm, KexAlgorithm, MacAlgorithm } from 'ssh2';
import { Fault } from '../../../domain/faults';
import { hostKeyAlgorithms } from './host-key';
import type { KnownHost } from './host-key';
import type { Hop } from './route';
import { addressOf } from './route';

/** Of ssh2 1.17; a test compares them with it. */
export const HAS = {
  kex: [
    'curve25519-sha256@libssh.org',
    'curve25519-sha256',
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp521',
    'diffie-hellman-group-exchange-sha256',
    'diffie-hellman-group14-sha256',
    'diffie-hellman-group15-sha512',
    'diffie-hellman-group16-sha512',
    'diffie-hellman-group17-sha512',
    'diffie-hellman-group18-sha512',
    'diffie-hellman-group-exchange-sha1',
    'diffie-hellman-group14-sha1',
  ],
  cipher: [
    'aes128-gcm@openssh.com',
    'aes256-gcm@openssh.com',
    'aes128-ctr',
    'aes192-ctr',
    'chacha20-poly1305@openssh.com',
    'aes256-ctr',
    'aes256-cbc',
    'aes192-cbc',
    'aes128-cbc',
  ],
  mac: [
    'hmac-sha2-256-etm@openssh.com',
    'hmac-sha2-512-etm@openssh.com',
    'hmac-sha1-etm@openssh.com',
    'hmac-sha2-256',
    'hmac-sha2-512',
    'hmac-sha1',
  ],
} as const;

/** Where the config says nothing, ssh2's own choice. Fault: NoCommonAlgorithm where ssh2 has none of what is allowed. */
export function algorithmsFor(hop: Hop, known: KnownHost): Offered {
  const { kex, ciphers, macs, hostKey } = hop.algorithms;
  return {
    ...(kex && { kex: among<KexAlgorithm>(hop, { option: 'KexAlgorithms', allowed: kex, has: HAS.kex }) }),
    ...(ciphers && { cipher: among<CipherAlgorithm>(hop, { option: 'Ciphers', allowed: ciphers, has: HAS.cipher }) }),
    ...(macs && { hmac: among<MacAlgorithm>(hop, { option: 'MACs', allowed: macs, has: HAS.mac }) }),
    serverHostKey:
      hostKey === null
        ? hostKeyAlgorithms(known)
        : among(hop, { option: 'HostKeyAlgorithms', allowed: hostKey, has: hostKeyAlgorithms(known), order: 'ours' }),
  };
}

interface Choice<Name extends string> {
  readonly option: string;
  readonly allowed: readonly string[];
  readonly has: readonly Name[];
  /** Of the config, unless known keys go first. */
  readonly order?: 'ours';
}

function among<Name extends string>(hop: Hop, { option, allowed, has, order }: Choice<Name>): Name[] {
  const both =
    order === 'ours' ? has.filter((name) => allowed.includes(name)) : allowed.filter((name) => has.includes(name as Name));
  if (both.length > 0) return both as Name[];
  throw new Fault(
    'NoCommonAlgorithm',
    `${option} of the ssh config allows nothing to ${hop.name} (${addressOf(hop)}) that ssh2 has.`,
    {
      evidence: [`allowed: ${allowed.join(', ')}`, `ssh2 has: ${has.join(', ')}`],
    },
  );
}

/** May a key of this type log in? RSA keys sign in more than one way. */
export function mayLogIn(hop: Hop, type: string): boolean {
  const allowed = hop.algorithms.publicKey;
  if (allowed === null) return true;
  return type === 'ssh-rsa' ? allowed.some((name) => /^(rsa-sha2-(256|512)|ssh-rsa)$/.test(name)) : allowed.includes(type);
}
