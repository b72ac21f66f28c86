/**
 * The keys that payloads are encrypted with. One setting names their source: LOCKSTEP_PAYLOAD_KEYS is the path of a
 * file, or `env:NAME` for the variable NAME. Each line is `<key id> <32 bytes in base64>`; the first one encrypts, all
 * of them decrypt: so a new key goes on top, and an old one stays until no history holds it any more.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Fault } from '../domain/faults';

export const SETTING = 'LOCKSTEP_PAYLOAD_KEYS';
const KEY_BYTES = 32;
/** It is written beside each payload, for anybody to see. */
const KEY_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

export interface PayloadKey {
  readonly id: string;
  readonly key: Buffer;
}

export interface KeyRing {
  /** Encrypts. */
  readonly current: PayloadKey;
  readonly byId: ReadonlyMap<string, PayloadKey>;
  /** Tells one set of keys from another and tells nothing of a key. */
  readonly mark: string;
}

/** null: encryption is off. Faults: PayloadKeysInvalid. */
export function keyRingFrom(env: NodeJS.ProcessEnv): KeyRing | null {
  const setting = env[SETTING]?.trim() ?? '';
  return setting === '' ? null : parseKeyRing(read(setting, env), setting);
}

function read(setting: string, env: NodeJS.ProcessEnv): string {
  const name = /^env:(.*)$/.exec(setting)?.[1];
  if (name !== undefined) {
    const text = env[name] ?? '';
    if (text.trim() === '') throw invalid(`${SETTING} names the variable ${name}, which is not set.`);
    return text;
  }
  try {
    return readFileSync(resolve(setting), 'utf8');
  } catch (error) {
    throw invalid(`The file of payload keys that ${SETTING} names can not be read.`, [(error as Error).message]);
  }
}

/** `source` is for the messages; they quote no key. */
export function parseKeyRing(text: string, source: string): KeyRing {
  const lines = text.split('\n').map((line, index) => ({ line: line.trim(), where: `${source}, line ${index + 1}` }));
  const keys = lines.filter(({ line }) => line !== '' && !line.startsWith('#')).map(({ line, where }) => parseLine(line, where));
  const [current] = keys;
  if (current === undefined) throw invalid(`There is no payload key in ${source}.`);
  const byId = new Map(keys.map((key) => [key.id, key]));
  if (byId.size < keys.length)
    throw invalid(`A key id stands twice in ${source}.`, [`ids: ${keys.map(({ id }) => id).join(', ')}`]);
  const hash = createHash('sha256');
  for (const { id, key } of keys) hash.update(`${id} `).update(key).update('\n');
  return { current, byId, mark: hash.digest('hex').slice(0, 16) };
}

function parseLine(line: string, where: string): PayloadKey {
  const [id = '', text = '', ...more] = line.split(/\s+/);
  if (!KEY_ID.test(id) || more.length > 0) throw invalid(`${where}: no \`<key id> <key>\`.`);
  const key = Buffer.from(text, 'base64');
  if (BASE64.test(text) && key.length === KEY_BYTES) return { id, key };
  throw invalid(`${where}: the key ${id} is not ${KEY_BYTES} bytes in base64.`);
}

const invalid = (sentence: string, evidence: readonly string[] = []): Fault =>
  new Fault('PayloadKeysInvalid', sentence, { evidence });
