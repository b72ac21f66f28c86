/**
 * known_hosts as OpenSSH reads it: plain, wildcard, negated and hashed names, `@revoked` lines.
 * Certificate authorities are left out: host certificates are not supported by ssh2. Pure.
 */
import { createHmac } from 'node:crypto';

export interface KnownKey {
  readonly type: string;
  readonly blob: Buffer;
  readonly revoked: boolean;
}

/** Every key that the text has for this name (`host`, `[host]:port` or an alias). */
export function knownKeysOf(text: string, name: string): KnownKey[] {
  return text.split('\n').flatMap((line) => {
    const key = parseLine(line.trim(), name.toLowerCase());
    return key ? [key] : [];
  });
}

function parseLine(line: string, name: string): KnownKey | null {
  if (line === '' || line.startsWith('#')) return null;
  const fields = line.split(/\s+/);
  const marker = fields[0]?.startsWith('@') ? fields.shift() : undefined;
  if (marker !== undefined && marker !== '@revoked') return null;
  const [names, type, base64] = fields;
  if (names === undefined || type === undefined || base64 === undefined || !namesMatch(names, name)) return null;
  return { type, blob: Buffer.from(base64, 'base64'), revoked: marker === '@revoked' };
}

function namesMatch(names: string, name: string): boolean {
  if (names.startsWith('|1|')) return hashMatches(names, name);
  const patterns = names.toLowerCase().split(',');
  if (patterns.some((pattern) => pattern.startsWith('!') && globMatches(pattern.slice(1), name))) return false;
  return patterns.some((pattern) => !pattern.startsWith('!') && globMatches(pattern, name));
}

/** `|1|salt|hash`: HMAC-SHA1 of the name under the salt, both base64. */
function hashMatches(hashed: string, name: string): boolean {
  const [, , salt, hash] = hashed.split('|');
  if (salt === undefined || hash === undefined) return false;
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
}

function globMatches(pattern: string, name: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`).test(name);
}
