/** A private key file as ssh2 can use it: ssh2 reads no PKCS#8, and says nothing of a key that it can't read. */
import { createPrivateKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { utils } from 'ssh2';
import type { ParsedKey } from 'ssh2';
import { parseKey } from './known-hosts';

export interface KeyFile {
  readonly path: string;
  /** null: it can't be offered by itself, but its twin in an agent can. */
  readonly key: ParsedKey | null;
  /** Its public half, as in a `.pub` file. */
  readonly publicBlob: Buffer | null;
  readonly absent: boolean;
  /** For whoever reads why a login was refused. */
  readonly note: string;
}

export async function readKeyFile(path: string): Promise<KeyFile> {
  const [data, beside] = await Promise.all([readFile(path).catch(codeOf), readFile(`${path}.pub`, 'utf8').catch(() => '')]);
  const publicBlob = publicIn(beside);
  const told = (what: string, more: Partial<KeyFile> = {}): KeyFile => {
    return { path, key: null, publicBlob, absent: false, note: `key ${path}: ${what}`, ...more };
  };
  if (data === 'ENOENT') return told('no such file', { absent: publicBlob === null });
  if (typeof data === 'string') return told(data);
  const text = data.toString('latin1');
  const named = publicIn(text);
  if (named !== null) return told('a public half; its private one is looked for in the agent', { publicBlob: named });
  const key = parsePrivate(data, text);
  if (!(key instanceof Error)) return told('offered', { key, publicBlob: key.getPublicSSH() });
  const locked = /encrypted|passphrase/i.test(key.message);
  return told(locked ? 'needs a passphrase' : key.message, { publicBlob: publicBlob ?? publicOfOpenssh(text) });
}

const codeOf = (error: NodeJS.ErrnoException): string => error.code ?? error.message;

function publicIn(text: string): Buffer | null {
  const [type = '', base64 = ''] = text.trim().split(/[ \t]+/);
  return parseKey(type, base64)?.blob ?? null;
}

function parsePrivate(data: Buffer, text: string): ParsedKey | Error {
  if (text.includes('BEGIN ENCRYPTED PRIVATE KEY')) return new Error('it needs a passphrase');
  const parsed = utils.parseKey(text.includes('BEGIN PRIVATE KEY') ? fromPkcs8(data) : data);
  return Array.isArray(parsed) ? (parsed[0] as ParsedKey) : parsed;
}

function fromPkcs8(data: Buffer): string | Buffer {
  try {
    const key = createPrivateKey(data);
    if (key.asymmetricKeyType === 'rsa') return key.export({ type: 'pkcs1', format: 'pem' });
    if (key.asymmetricKeyType === 'ec') return key.export({ type: 'sec1', format: 'pem' });
    if (key.asymmetricKeyType === 'ed25519') return opensshOf(key);
  } catch {
    // Not even OpenSSL reads it: ssh2 says what is wrong with it.
  }
  return data;
}

const stringOf = (value: string | Buffer): Buffer => {
  const bytes = Buffer.from(value as string, 'latin1');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};
const MAGIC = 'openssh-key-v1\0';

/** Ed25519 has no older form than OpenSSH's own (PROTOCOL.key). */
function opensshOf(key: KeyObject): string {
  const { d = '', x = '' } = key.export({ format: 'jwk' });
  const [secret, open] = [Buffer.from(d, 'base64url'), Buffer.from(x, 'base64url')];
  const publicBlob = Buffer.concat([stringOf('ssh-ed25519'), stringOf(open)]);
  const both = Buffer.concat([secret, open]);
  const inner = Buffer.concat([Buffer.alloc(8), stringOf('ssh-ed25519'), stringOf(open), stringOf(both), stringOf('')]);
  const padding = Buffer.from([1, 2, 3, 4, 5, 6, 7]).subarray(0, (8 - (inner.length % 8)) % 8);
  const count = Buffer.from([0, 0, 0, 1]);
  const parts = [stringOf('none'), stringOf('none'), stringOf(''), count, stringOf(publicBlob)];
  const whole = Buffer.concat([Buffer.from(MAGIC, 'latin1'), ...parts, stringOf(Buffer.concat([inner, padding]))]);
  const lines = whole.toString('base64').replace(/(.{70})/g, '$1\n');
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

/** Even of a key with a passphrase the public half lies open. */
function publicOfOpenssh(text: string): Buffer | null {
  const base64 = /BEGIN OPENSSH PRIVATE KEY-----([^-]+)-----END/.exec(text)?.[1];
  const bytes = Buffer.from(base64 ?? '', 'base64');
  if (bytes.toString('latin1', 0, MAGIC.length) !== MAGIC) return null;
  let at = MAGIC.length;
  const next = () => bytes.subarray(at + 4, (at += 4 + bytes.readUInt32BE(at)));
  try {
    for (let field = 0; field < 3; field++) next();
    at += 4;
    return next();
  } catch {
    return null;
  }
}
