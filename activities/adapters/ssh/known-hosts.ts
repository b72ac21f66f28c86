/**
 * known_hosts as OpenSSH 9 and 10 read it: plain, wildcard, negated and hashed names, markers, and lines
 * that are not well formed, which count for nothing. Each rule is measured against `ssh` itself
 * (test/lxc/host-keys.test.ts). Pure.
 */
import { createHmac } from 'node:crypto';

export interface KnownKey {
  readonly type: string;
  readonly blob: Buffer;
  /** authority: whoever shows a certificate of this key is the host. */
  readonly kind: 'host' | 'revoked' | 'authority';
}

/** How many strings each type's blob has; ssh skips the types that it does not know. */
const STRINGS: Readonly<Record<string, number>> = {
  'ssh-ed25519': 2,
  'ecdsa-sha2-nistp256': 3,
  'ecdsa-sha2-nistp384': 3,
  'ecdsa-sha2-nistp521': 3,
  'ssh-rsa': 3,
  'ssh-dss': 5,
  'sk-ssh-ed25519@openssh.com': 3,
  'sk-ecdsa-sha2-nistp256@openssh.com': 4,
};
const MARKERS: Readonly<Record<string, KnownKey['kind']>> = { '@revoked': 'revoked', '@cert-authority': 'authority' };

/** Every key that the text has for this name (`host`, `[host]:port` or an alias). */
export function knownKeysOf(text: string, name: string): KnownKey[] {
  return text.split('\n').flatMap((line) => {
    const key = parseLine(line, name.toLowerCase());
    return key ? [key] : [];
  });
}

/** Only blanks and tabs part the fields, so that no other space can hide in a name. */
function parseLine(line: string, name: string): KnownKey | null {
  const fields = line
    .replace(/\r$/, '')
    .replace(/^[ \t]+/, '')
    .split(/[ \t]+/);
  const marker = fields[0]?.startsWith('@') ? fields.shift() : undefined;
  const kind = marker === undefined ? 'host' : MARKERS[marker];
  const [names, type, base64] = fields;
  if (kind === undefined || names === undefined || names.startsWith('#') || type === undefined || base64 === undefined)
    return null;
  const key = namesMatch(names, name) ? parseKey(type, base64) : null;
  return key && { ...key, kind };
}

/** null: no key that ssh would read. */
export function parseKey(said: string, base64: string): Pick<KnownKey, 'type' | 'blob'> | null {
  const type = said === 'rsa-sha2-512' || said === 'rsa-sha2-256' ? 'ssh-rsa' : said;
  if (base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return null;
  const blob = Buffer.from(base64, 'base64');
  const strings = stringsIn(blob);
  return strings !== null && strings.length === STRINGS[type] && strings[0] === type ? { type, blob } : null;
}

/** A blob is a row of strings, each after its length, and nothing else. */
function stringsIn(blob: Buffer): string[] | null {
  const strings: string[] = [];
  let at = 0;
  while (at + 4 <= blob.length) {
    const end = at + 4 + blob.readUInt32BE(at);
    if (end > blob.length) return null;
    strings.push(blob.toString('latin1', at + 4, end));
    at = end;
  }
  return at === blob.length ? strings : null;
}

function namesMatch(names: string, name: string): boolean {
  if (names.startsWith('|')) return hashMatches(names, name);
  const patterns = names.toLowerCase().split(',');
  if (patterns.some((pattern) => pattern.startsWith('!') && globMatches(pattern.slice(1), name))) return false;
  return patterns.some((pattern) => !pattern.startsWith('!') && globMatches(pattern, name));
}

/** `|1|salt|hash`: HMAC-SHA1 of the name under the salt, both base64. */
function hashMatches(hashed: string, name: string): boolean {
  const [, kind, salt, hash] = hashed.split('|');
  if (kind !== '1' || salt === undefined || hash === undefined) return false;
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
}

function globMatches(pattern: string, name: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`).test(name);
}
