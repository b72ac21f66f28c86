import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fetchHttp } from '../../activities/adapters/http/fetch-http';

let server: Server;
const serve = async (listener: RequestListener): Promise<string> => {
  server = createServer(listener);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
};
afterEach(() => {
  server.closeAllConnections();
  server.close();
});
const ask = (url: string, timeoutMs = 300) => fetchHttp.ask({ method: 'GET', url, timeoutMs });

test('an answer is its status and the beginning of its text', async () => {
  const url = await serve((_, response) => void response.writeHead(503).end('x'.repeat(5_000)));
  const seen = await ask(url);
  expect(seen).toMatchObject({ kind: 'answer', status: 503 });
  expect(seen.kind === 'answer' && seen.body).toHaveLength(2_000);
});

test('a redirect is an answer and is not followed', async () => {
  const url = await serve((_, response) => void response.writeHead(302, { location: 'http://192.0.2.1/' }).end());
  expect(await ask(url)).toMatchObject({ kind: 'answer', status: 302 });
});

test('a POST carries its text and headers', async () => {
  let told = '';
  const url = await serve((request, response) => {
    request.setEncoding('utf8').on('data', (text: string) => {
      told += `${request.method} ${String(request.headers['idempotency-key'])} ${text}`;
    });
    request.on('end', () => response.end());
  });
  await fetchHttp.ask({ method: 'POST', url, headers: { 'idempotency-key': 'k1' }, body: '{"a":1}', timeoutMs: 2_000 });
  expect(told).toBe('POST k1 {"a":1}');
});

test.each<[string, RequestListener, string]>([
  ['never answers', () => {}, 'no answer in 300 ms'],
  ['begins and never ends', (_, response) => void response.writeHead(200).write('…'), 'no answer in 300 ms'],
  ['hangs up', (request) => void request.socket.destroy(), 'UND_ERR_SOCKET'],
])('one that %s is no answer', async (_, listener, detail) => {
  expect(await ask(await serve(listener))).toEqual({ kind: 'none', detail });
});

test('nobody there is no answer, with why', async () => {
  const url = await serve(() => {});
  server.close();
  server.closeAllConnections();
  expect(await ask(url)).toEqual({ kind: 'none', detail: 'ECONNREFUSED' });
});

test('a caller who leaves gets no answer of ours', async () => {
  const url = await serve(() => {});
  const leave = new AbortController();
  setTimeout(() => leave.abort(new Error('left')), 30);
  await expect(fetchHttp.ask({ method: 'GET', url, timeoutMs: 5_000, signal: leave.signal })).rejects.toThrow('left');
});
