/** Is this the host that we know? And which key types to ask it for. Pure. */
import { createHash } from 'node:crypto';
import type { ServerHostKeyAlgorithm } from 'ssh2';
import { Fault } from '../../../domain/faults';
import type { KnownKey } from './known-hosts';
import { knownKeysOf } from './known-hosts';
import type { Hop } from './route';
import { addressOf, knownHostsFilesOf, knownHostsNameOf } from './route';

export interface KnownHost {
  /** Of the host's own name: alias, host, or `[host]:port`. */
  readonly keys: readonly KnownKey[];
  /** For a port of its own that the files say nothing of, ssh takes the keys of the host's plain name. */
  readonly withoutPort: readonly KnownKey[];
}

/** `texts` of the known_hosts files. */
export function knownHostOf(hop: Hop, texts: readonly string[]): KnownHost {
  if (hop.hostKey !== null) return { keys: [parsePublicKey(hop.hostKey)], withoutPort: [] };
  const named = (name: string) => texts.flatMap((text) => knownKeysOf(text, name));
  const name = knownHostsNameOf(hop);
  const plain = hop.hostKeyAlias === null && hop.port !== 22;
  return { keys: named(name), withoutPort: plain ? named(hop.host) : [] };
}

/** As `ssh-keygen -l` and ssh itself print it. */
export const fingerprint = (blob: Buffer): string =>
  `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;

/** `ssh-ed25519 AAAA…` of the fleet file. */
export function parsePublicKey(line: string): KnownKey {
  const [type = '', base64 = ''] = line.split(' ');
  return { type, blob: Buffer.from(base64, 'base64'), kind: 'host' };
}

/** The type is the first string of a key's blob. */
export const typeOfBlob = (blob: Buffer): string => blob.subarray(4, 4 + blob.readUInt32BE(0)).toString('latin1');

type Verdict = 'known' | 'revoked' | 'another' | 'unknown';

/** A known host that shows a key of another type has changed, too. */
function verdictOf(shown: Buffer, known: readonly KnownKey[]): Verdict {
  const isShown = (key: KnownKey) => key.blob.equals(shown);
  if (known.some((key) => key.kind === 'revoked' && isShown(key))) return 'revoked';
  const keys = known.filter(({ kind }) => kind === 'host');
  if (keys.some(isShown)) return 'known';
  return keys.length > 0 ? 'another' : 'unknown';
}

/** null: it is the one. `certified`: the host has a certificate as well, which ssh2 can not read. */
export function hostKeyFault(
  shown: Buffer,
  known: KnownHost,
  { hop, certified }: { hop: Hop; certified: boolean },
): Fault | null {
  const verdict = verdictOf(shown, known.keys);
  const where = `${hop.name} (${addressOf(hop)})`;
  const mine = `shown: ${typeOfBlob(shown)} ${fingerprint(shown)}`;
  if (verdict === 'revoked') {
    return new Fault('HostKeyMismatch', `${where} shows a host key that known_hosts has as revoked.`, { evidence: [mine] });
  }
  if (verdict === 'another') {
    return new Fault('HostKeyMismatch', `${where} shows another host key than the known one.`, {
      evidence: [mine, ...known.keys.flatMap((key) => knownLine(key, hop)), ...notFollowed(hop)],
    });
  }
  if (certified && mayBeRevoked(known, hop)) return unprovable(where, mine);
  const counts = verdict === 'known' || verdictOf(shown, known.withoutPort) === 'known';
  return counts ? null : unknownHostKey(shown, known, { hop, where, certified });
}

const knownLine = (key: KnownKey, hop: Hop): string[] =>
  key.kind === 'host' ? [`known: ${key.type} ${fingerprint(key.blob)} (${sourceOf(hop)})`] : [];

/** ssh would ask whether the certificate's authority is revoked; without it no key of this host is safe to take. */
const mayBeRevoked = ({ keys }: KnownHost, hop: Hop): boolean =>
  keys.some(({ kind }) => kind === 'revoked') || hop.revokedHostKeysFiles.length > 0;

export const VIA_OPENSSH = 'Write `via: openssh` under ssh in the fleet file: then the system’s ssh dials this box';

function unprovable(where: string, mine: string): Fault {
  return new Fault('HostKeyUnknown', `${where} has a host certificate, and revoked keys are listed that may have signed it.`, {
    evidence: [mine, 'ssh2 can not read certificates'],
    cure: `${VIA_OPENSSH}.`,
  });
}

function unknownHostKey(
  shown: Buffer,
  known: KnownHost,
  { hop, where, certified }: { hop: Hop; where: string; certified: boolean },
): Fault {
  const line = `${typeOfBlob(shown)} ${shown.toString('base64')}`;
  const name = knownHostsNameOf(hop);
  const files = knownHostsFilesOf(hop);
  const authority = [...known.keys, ...known.withoutPort].some(({ kind }) => kind === 'authority');
  const names = hop.hostKeyAlias === null && hop.port !== 22 ? `${name} and ${hop.host}` : name;
  const byHand = `Compare the fingerprint with the box's own (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub). If it is the same, write \`hostKey: ${line}\` under ssh in the fleet file, or add \`${name} ${line}\` to ${files[0] ?? 'known_hosts'}.`;
  return new Fault('HostKeyUnknown', `The host key of ${where} is not known.`, {
    evidence: [
      `shown: ${typeOfBlob(shown)} ${fingerprint(shown)}`,
      `looked for ${names} in ${files.length > 0 ? files.join(', ') : 'no file'}`,
      ...(authority ? ['known_hosts trusts a certificate authority for it, and ssh2 can not read certificates'] : []),
      ...(certified ? ['the host has a certificate'] : []),
      ...notFollowed(hop),
    ],
    cure: authority ? `${VIA_OPENSSH} and reads its certificate. Or: ${byHand}` : byHand,
  });
}

/** Whoever wrote it expects to be let in. */
function notFollowed({ strictHostKeyChecking: said }: Hop): string[] {
  if (!['false', 'no', 'off', 'accept-new'].includes(said)) return [];
  const word = said === 'false' ? 'no' : said;
  return [`the ssh config says StrictHostKeyChecking ${word}, which is not followed: no key is trusted at first sight`];
}

const sourceOf = (hop: Hop): string =>
  hop.hostKey === null ? `${knownHostsNameOf(hop)} in known_hosts` : 'pinned in the fleet file';

const ALGORITHMS: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
];

/** Known types first, so that a host with several keys shows the one that we can compare. ssh does not look at `withoutPort` here. */
export function hostKeyAlgorithms({ keys }: KnownHost): ServerHostKeyAlgorithm[] {
  const types = new Set(keys.filter(({ kind }) => kind === 'host').map(({ type }) => type));
  const isKnown = (name: string) => types.has(name.startsWith('rsa-') ? 'ssh-rsa' : name);
  return [...ALGORITHMS.filter(isKnown), ...ALGORITHMS.filter((name) => !isKnown(name))];
}
