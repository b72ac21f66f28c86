import { defaultPayloadConverter } from '@temporalio/common';
import type { Payload } from '@temporalio/common';
import { startCodecServer } from '../../codec/codec-server';
import type { CodecServer } from '../../codec/codec-server';
import { parseKeyRing } from '../../codec/key-ring';
import { makePayloadCodec } from '../../codec/payload-codec';
import { aKeyLine } from '../support/payload-keys';

const UI = 'http://localhost:8080';
const TOKEN = 'a-token';
const codec = makePayloadCodec(parseKeyRing(aKeyLine('k1'), 'keys'));
let server: CodecServer;
let root: string;
beforeAll(async () => {
  server = await startCodecServer({ codec, token: TOKEN, port: 0, origins: [UI] });
  root = server.endpoint.slice(0, -TOKEN.length - 1);
});
afterAll(() => server.close());

const base64 = (bytes: Uint8Array | null | undefined): string => Buffer.from(bytes ?? []).toString('base64');
const asJson = ({ metadata, data }: Payload) => ({
  metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([key, bytes]) => [key, base64(bytes)])),
  data: base64(data),
});
async function encrypted(value: unknown): Promise<string> {
  const payloads = await codec.encode([defaultPayloadConverter.toPayload<unknown>(value)]);
  return JSON.stringify({ payloads: payloads.map(asJson) });
}
const post = (url: string, body: string, headers: Record<string, string> = {}) =>
  fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json', 'x-namespace': 'lockstep', ...headers } });

test('it decrypts for whoever has the token in the path, or as a bearer token', async () => {
  const body = await encrypted({ who: 'a locker' });
  for (const answer of [
    await post(`${server.endpoint}/decode`, body, { origin: UI }),
    await post(`${root}/decode`, body, { authorization: `Bearer ${TOKEN}` }),
  ]) {
    expect(answer.status).toBe(200);
    const { payloads } = (await answer.json()) as { payloads: { metadata: { encoding: string }; data: string }[] };
    expect(Buffer.from(payloads[0]?.metadata.encoding ?? '', 'base64').toString()).toBe('json/plain');
    expect(JSON.parse(Buffer.from(payloads[0]?.data ?? '', 'base64').toString())).toEqual({ who: 'a locker' });
  }
});

test('and encrypts what a person writes there', async () => {
  const plain = JSON.stringify({
    payloads: [{ metadata: { encoding: base64(Buffer.from('json/plain')) }, data: base64(Buffer.from('1')) }],
  });
  const encoded = await (await post(`${server.endpoint}/encode`, plain)).text();
  expect(
    Buffer.from(
      (JSON.parse(encoded) as { payloads: { metadata: { encoding: string } }[] }).payloads[0]?.metadata.encoding ?? '',
      'base64',
    ).toString(),
  ).toBe('binary/encrypted');
  expect(await (await post(`${server.endpoint}/decode`, encoded)).json()).toEqual(JSON.parse(plain));
});

test('without the token nothing is decrypted', async () => {
  const body = await encrypted('secret');
  for (const url of [`${root}/decode`, `${root}/wrong/decode`]) expect((await post(url, body)).status).toBe(401);
});

test('pages of others may not ask, the Web UI may', async () => {
  const body = await encrypted('secret');
  expect((await post(`${server.endpoint}/decode`, body, { origin: 'http://evil.example' })).status).toBe(403);
  const preflight = await fetch(`${server.endpoint}/decode`, { method: 'OPTIONS', headers: { origin: UI } });
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get('access-control-allow-origin')).toBe(UI);
  expect(preflight.headers.get('access-control-allow-headers')).toContain('x-namespace');
});

test.each(['', 'no JSON', '{}', '{"payloads":[{"data":"%"}]}'])(
  'a malformed request is refused, and the server goes on (%p)',
  async (body) => {
    expect((await post(`${server.endpoint}/decode`, body)).status).toBe(400);
    expect((await post(`${server.endpoint}/decode`, await encrypted(1))).status).toBe(200);
  },
);

test('a payload of an unknown key is refused with the key id', async () => {
  const other = makePayloadCodec(parseKeyRing(aKeyLine('k7'), 'keys'));
  const payloads = await other.encode([defaultPayloadConverter.toPayload<unknown>(1)]);
  const answer = await post(`${server.endpoint}/decode`, JSON.stringify({ payloads: payloads.map(asJson) }));
  expect(answer.status).toBe(400);
  expect(await answer.text()).toContain('k7');
});

test('a taken port is one clear error', async () => {
  const port = Number(new URL(server.endpoint).port);
  await expect(startCodecServer({ codec, token: TOKEN, port, origins: [] })).rejects.toMatchObject({ code: 'CodecServerFailed' });
});
