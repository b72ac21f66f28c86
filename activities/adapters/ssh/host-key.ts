/** Is this the host that we know? And which key types to ask it for. Pure. */
import { createHash } from 'node:crypto';
import type { ServerHostKeyAlgorithm } from 'ssh2';
import { Fault } from '../../../domain/faults';
import type { KnownKey } from './known-hosts';
import type { Hop } from './route';
import { addressOf, knownHostsFilesOf, knownHostsNameOf } from './route';

/** As `ssh-keygen -l` and ssh itself print it. */
export const fingerprint = (blob: Buffer): string =>
  `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;

/** `ssh-ed25519 AAAA…` of the fleet file. */
export function parsePublicKey(line: string): KnownKey {
  const [type = '', base64 = ''] = line.split(' ');
  return { type, blob: Buffer.from(base64, 'base64'), revoked: false };
}

/** The type is the first string of a key's blob. */
export const typeOfBlob = (blob: Buffer): string => blob.subarray(4, 4 + blob.readUInt32BE(0)).toString('latin1');

/** null: it is the one. A known host that shows a key of another type has changed, too. */
export function hostKeyFault(shown: Buffer, known: readonly KnownKey[], hop: Hop): Fault | null {
  const mine = `${typeOfBlob(shown)} ${fingerprint(shown)}`;
  const where = `${hop.name} (${addressOf(hop)})`;
  if (known.some((key) => key.revoked && key.blob.equals(shown))) {
    return new Fault('HostKeyMismatch', `${where} shows a host key that known_hosts has as revoked.`, {
      evidence: [`shown: ${mine}`],
    });
  }
  const valid = known.filter((key) => !key.revoked);
  if (valid.some((key) => key.blob.equals(shown))) return null;
  if (valid.length === 0) return unknownHostKey(shown, mine, hop);
  return new Fault('HostKeyMismatch', `${where} shows another host key than the known one.`, {
    evidence: [`shown: ${mine}`, ...valid.map((key) => `known: ${key.type} ${fingerprint(key.blob)} (${sourceOf(hop)})`)],
  });
}

function unknownHostKey(shown: Buffer, mine: string, hop: Hop): Fault {
  const line = `${typeOfBlob(shown)} ${shown.toString('base64')}`;
  return new Fault('HostKeyUnknown', `The host key of ${hop.name} (${addressOf(hop)}) is not known.`, {
    evidence: [`shown: ${mine}`, `looked for ${knownHostsNameOf(hop)} in ${knownHostsFilesOf(hop).join(', ')}`],
    cure: `Compare the fingerprint with the box's own (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub). If it is the same, write \`hostKey: ${line}\` under ssh in the fleet file, or add \`${knownHostsNameOf(hop)} ${line}\` to ${hop.userKnownHostsFiles[0] ?? 'known_hosts'}.`,
  });
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

/** Known types first, so that a host with several keys shows the one that we can compare. */
export function hostKeyAlgorithms(known: readonly KnownKey[]): ServerHostKeyAlgorithm[] {
  const types = new Set(known.filter((key) => !key.revoked).map((key) => key.type));
  const isKnown = (name: string) => types.has(name.startsWith('rsa-') ? 'ssh-rsa' : name);
  return [...ALGORITHMS.filter(isKnown), ...ALGORITHMS.filter((name) => !isKnown(name))];
}
