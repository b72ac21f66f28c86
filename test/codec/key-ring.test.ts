import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keyRingFrom, parseKeyRing } from '../../codec/key-ring';
import { Fault } from '../../domain/faults';
import { aKeyLine } from '../support/payload-keys';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-keys-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const faultOf = (act: () => unknown): Fault => {
  try {
    act();
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error('no fault');
};

test.each([undefined, '', '  '])('without the setting encryption is off (%p)', (setting) => {
  expect(keyRingFrom({ LOCKSTEP_PAYLOAD_KEYS: setting })).toBeNull();
});

test('the setting names a file: the first key encrypts, all are known, comments and empty lines are none', () => {
  const file = join(folder, 'keys');
  writeFileSync(file, `# rotated in November\n\n${aKeyLine('k2')}\n${aKeyLine('k1')}\n`);
  const ring = keyRingFrom({ LOCKSTEP_PAYLOAD_KEYS: file });
  expect(ring?.current.id).toBe('k2');
  expect([...(ring?.byId.keys() ?? [])]).toEqual(['k2', 'k1']);
});

test('or a variable', () => {
  expect(keyRingFrom({ LOCKSTEP_PAYLOAD_KEYS: 'env:TEAM_KEYS', TEAM_KEYS: aKeyLine('k1') })?.current.id).toBe('k1');
});

test.each([
  ['a file that is not there', { LOCKSTEP_PAYLOAD_KEYS: '/nowhere/keys' }, /can not be read/],
  ['a variable that is not set', { LOCKSTEP_PAYLOAD_KEYS: 'env:TEAM_KEYS' }, /TEAM_KEYS, which is not set/],
  ['no key', { LOCKSTEP_PAYLOAD_KEYS: 'env:K', K: '# none yet' }, /no payload key/],
  [
    'a key without an id',
    { LOCKSTEP_PAYLOAD_KEYS: 'env:K', K: Buffer.alloc(32).toString('base64') },
    /line 1: no `<key id> <key>`/,
  ],
  ['a short key', { LOCKSTEP_PAYLOAD_KEYS: 'env:K', K: `k1 ${Buffer.alloc(16).toString('base64')}` }, /k1 is not 32 bytes/],
  ['a key in hex', { LOCKSTEP_PAYLOAD_KEYS: 'env:K', K: `k1 ${'0f'.repeat(32)}` }, /k1 is not 32 bytes/],
  ['an id that stands twice', { LOCKSTEP_PAYLOAD_KEYS: 'env:K', K: `${aKeyLine('k1')}\n${aKeyLine('k1')}` }, /twice/],
])('%s is one clear error', (_what, env, says) => {
  const fault = faultOf(() => keyRingFrom(env));
  expect(fault.code).toBe('PayloadKeysInvalid');
  expect(fault.sentence).toMatch(says);
});

test('no error quotes a key', () => {
  const key = Buffer.alloc(31, 'secret').toString('base64');
  const fault = faultOf(() => parseKeyRing(`k1 ${key}`, 'keys'));
  expect(JSON.stringify(fault.details)).not.toContain(key);
});

test('the mark tells one set of keys from another', () => {
  const one = aKeyLine('k1');
  expect(parseKeyRing(one, 'a').mark).toBe(parseKeyRing(`\n${one}`, 'b').mark);
  expect(parseKeyRing(one, 'a').mark).not.toBe(parseKeyRing(aKeyLine('k1'), 'a').mark);
});
