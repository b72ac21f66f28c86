import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { askBuild, probe } from '../../../box/inspect/probe';
import { aServiceConfig } from '../../support/builders';

let server: Server;
const serve = async (listener: RequestListener): Promise<number> => {
  server = createServer(listener);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

test.each([
  [200, 'good'],
  [204, 'good'],
  [301, 'bad'],
  [503, 'bad'],
])('%i is %s', async (status, kind) => {
  const port = await serve((_, response) => void response.writeHead(status).end());
  expect(await probe('127.0.0.1', port, '/ping', 1_000)).toMatchObject({ kind, status });
});

test.each<[string, RequestListener]>([
  ['never answers', () => {}],
  ['begins an answer and never ends it', (_, response) => void response.writeHead(200).write('…')],
  [
    'drips its answer',
    (_, response) => {
      const drip = setInterval(() => response.write('.'), 20);
      response.on('close', () => clearInterval(drip));
    },
  ],
])('a locker that %s is no answer, at the deadline', async (_, listener) => {
  const port = await serve(listener);
  // It would never come back otherwise.
  expect(await probe('127.0.0.1', port, '/ping', 200)).toMatchObject({ kind: 'none' });
});

test('nothing that listens is no answer, at once', async () => {
  const port = await serve(() => {});
  server.closeAllConnections();
  await new Promise((resolve) => void server.close(resolve));
  expect(await probe('127.0.0.1', port, '/ping', 60_000)).toMatchObject({ kind: 'none' });
});

test('a probe keeps no connection', async () => {
  const port = await serve((request, response) => void response.end(request.headers.connection));
  expect((await probe('127.0.0.1', port, '/ping', 1_000)).detail).toContain('close');
});

test.each([
  ['{"build":"12-gabc"}', '12-gabc'],
  ['"12-gabc"', '12-gabc'],
  ['12-gabc\n', '12-gabc'],
  ['{"version":1}', null],
  ['{"build":7}', null],
  ['', null],
])('%j is the build %j', async (body, build) => {
  const port = await serve((_, response) => void response.end(body));
  expect(await askBuild('127.0.0.1', { ...aServiceConfig(), port })).toBe(build);
});

test('an error page is no build', async () => {
  const port = await serve((_, response) => void response.writeHead(404).end('not here'));
  expect(await askBuild('127.0.0.1', { ...aServiceConfig(), port })).toBeNull();
});
