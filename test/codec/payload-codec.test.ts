import { defaultPayloadConverter } from '@temporalio/common';
import type { Payload } from '@temporalio/common';
import { assert, asyncProperty, jsonValue } from 'fast-check';
import { parseKeyRing } from '../../codec/key-ring';
import { makePayloadCodec } from '../../codec/payload-codec';
import { aKeyLine } from '../support/payload-keys';

const MARKER = 'a-word-that-must-not-be-seen';
const old = aKeyLine('k1');
const rotated = `${aKeyLine('k2')}\n${old}`;
const codecOf = (lines: string | null) => makePayloadCodec(lines === null ? null : parseKeyRing(lines, 'keys'));
const payloadOf = (value: unknown): Payload => defaultPayloadConverter.toPayload(value);
const valueOf = (payload: Payload | undefined): unknown => defaultPayloadConverter.fromPayload(payload as Payload);
const bytesOf = ({ metadata, data }: Payload): string =>
  Buffer.concat([...Object.values(metadata ?? {}), data ?? Buffer.alloc(0)]).toString('latin1');

async function encrypted(lines: string, value: unknown): Promise<Payload> {
  const [payload] = await codecOf(lines).encode([payloadOf(value)]);
  return payload as Payload;
}

test('whatever goes in comes out', async () => {
  const codec = codecOf(old);
  await assert(
    asyncProperty(jsonValue(), async (value) => {
      const [payload] = await codec.decode(await codec.encode([payloadOf(value)]));
      expect(JSON.stringify(valueOf(payload))).toBe(JSON.stringify(value));
    }),
  );
});

test('neither the value nor its encoding shows, the key id does', async () => {
  const bytes = bytesOf(await encrypted(old, { [MARKER]: MARKER }));
  expect(bytesOf(payloadOf(MARKER))).toContain(MARKER);
  expect(bytes).not.toContain(MARKER);
  expect(bytes).not.toContain('json/plain');
  expect(bytes).toContain('k1');
});

test('the same value is never encrypted to the same bytes', async () => {
  expect(bytesOf(await encrypted(old, MARKER))).not.toBe(bytesOf(await encrypted(old, MARKER)));
});

test('after a rotation the new key encrypts and the old one still decrypts', async () => {
  const before = await encrypted(old, 'before');
  const codec = codecOf(rotated);
  const after = await codec.encode([payloadOf('after')]);
  expect(bytesOf(after[0] as Payload)).toContain('k2');
  expect((await codec.decode([before, ...after])).map(valueOf)).toEqual(['before', 'after']);
});

test('plain payloads pass, with keys and without', async () => {
  const plain = payloadOf('from before');
  for (const codec of [codecOf(old), codecOf(null)]) expect(await codec.decode([plain])).toEqual([plain]);
  expect(await codecOf(null).encode([plain])).toEqual([plain]);
});

test.each([
  ['without keys', null, /encrypted with the key k1, and LOCKSTEP_PAYLOAD_KEYS is not set/],
  ['with other keys', aKeyLine('k9'), /encrypted with the key k1, which is not here/],
  ['with another key of that id', aKeyLine('k1'), /k1 here is another one/],
])('%s an encrypted payload is one clear error', async (_what, lines, says) => {
  const decode = codecOf(lines).decode([await encrypted(old, MARKER)]);
  await expect(decode).rejects.toMatchObject({ code: 'PayloadKeyUnknown', sentence: expect.stringMatching(says) as string });
});

test('a payload that was tampered with is refused', async () => {
  const payload = await encrypted(old, MARKER);
  const data = Buffer.from(payload.data ?? []);
  data[20] = (data[20] ?? 0) ^ 1;
  await expect(codecOf(old).decode([{ ...payload, data }])).rejects.toMatchObject({ code: 'PayloadKeyUnknown' });
  await expect(codecOf(old).decode([{ ...payload, data: data.subarray(0, 8) }])).rejects.toMatchObject({
    code: 'PayloadKeyUnknown',
  });
});

test('a ciphertext can not be filed under another key id', async () => {
  const sameKey = old.replace('k1', 'k3');
  const payload = await encrypted(old, MARKER);
  const moved = { ...payload, metadata: { ...payload.metadata, 'encryption-key-id': Buffer.from('k3') } };
  await expect(codecOf(`${rotated}\n${sameKey}`).decode([moved])).rejects.toMatchObject({ code: 'PayloadKeyUnknown' });
});
