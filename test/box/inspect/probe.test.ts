import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { Server as Https } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askBuild } from '../../../box/inspect/ask-build';
import { probe, probeAt } from '../../../box/inspect/probe';
import type { BoxContext } from '../../../box/context';
import type { Ran } from '../../../box/run';
import { LockerName } from '../../../domain/model/ids';
import type { ServiceConfig } from '../../../domain/model/service';
import { aServiceConfig } from '../../support/builders';
import { makeCertificates } from '../../support/certificates';

const L01 = LockerName.parse('l01');
const RAN: Ran = { argv: ['ask'], code: 0, stdout: '', stderr: '', timedOut: false, tookMs: 1, startError: null };

interface Wishes {
  readonly addresses?: readonly string[];
  readonly ran?: Partial<Ran>;
}
/** Of a box what a probe needs of it. */
const aBox = ({ addresses = ['127.0.0.1'], ran = {} }: Wishes = {}): BoxContext =>
  ({
    config: { kind: 'process' },
    lxc: {
      addresses: async () => addresses,
      see: async () => ({ state: 'running', init: { pid: 1, startTime: '1' } }),
      attach: async (_: string, argv: readonly string[]) => ({ ...RAN, argv, ...ran }),
    },
  }) as unknown as BoxContext;
const aService = (port: number, asked: Partial<ServiceConfig['probe']> = {}): ServiceConfig => {
  const service = aServiceConfig();
  return { ...service, port, probe: { ...service.probe, timeoutMs: 1_000, ...asked } };
};

let server: Server | undefined;
const serve = async (listener: RequestListener): Promise<number> => {
  const made = createServer(listener);
  server = made;
  await new Promise<void>((resolve) => void made.listen(0, '127.0.0.1', resolve));
  return (made.address() as AddressInfo).port;
};
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

test.each([
  [200, 'good'],
  [204, 'good'],
  [301, 'bad'],
  [503, 'bad'],
])('%i is %s', async (status, kind) => {
  const port = await serve((_, response) => void response.writeHead(status).end());
  expect(await probeAt({ at: { address: '127.0.0.1', port } }, '/ping', 1_000)).toMatchObject({ kind, status });
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
  expect(await probeAt({ at: { address: '127.0.0.1', port } }, '/ping', 200)).toMatchObject({ kind: 'none' });
});

test('nothing that listens is no answer, at once', async () => {
  const port = await serve(() => {});
  await new Promise((resolve) => void server?.close(resolve));
  expect(await probeAt({ at: { address: '127.0.0.1', port } }, '/ping', 60_000)).toMatchObject({ kind: 'none' });
});

test('a probe keeps no connection', async () => {
  const port = await serve((request, response) => void response.end(request.headers.connection));
  expect((await probeAt({ at: { address: '127.0.0.1', port } }, '/ping', 1_000)).detail).toContain('close');
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
  expect((await askBuild(aBox(), L01, aService(port)))?.build).toBe(build);
});

test('an error page is no build', async () => {
  const port = await serve((_, response) => void response.writeHead(404).end('not here'));
  expect(await askBuild(aBox(), L01, aService(port))).toEqual({ by: '/core/revision', build: null });
});

test('a locker without an address is no answer, and says so', async () => {
  expect(await probe(aBox({ addresses: [] }), L01, aService(8042))).toEqual({
    kind: 'none',
    detail: 'the locker has no address',
  });
});

test('of several addresses that one is asked where somebody listens', async () => {
  const port = await serve((_, response) => void response.end());
  const addresses = ['203.0.113.7', '127.0.0.9', '127.0.0.1'];
  expect(await probe(aBox({ addresses }), L01, aService(port))).toMatchObject({ kind: 'good' });
});

test('an IPv6 address is asked like any other', async () => {
  const made = createServer((_, response) => void response.end());
  server = made;
  await new Promise<void>((resolve) => void made.listen(0, '::1', resolve));
  const { port } = made.address() as AddressInfo;
  const seen = await probe(aBox({ addresses: ['::1'] }), L01, aService(port, { path: '/up' }));
  expect(seen).toMatchObject({ kind: 'good', detail: `GET http://[::1]:${port}/up: 200 ` });
});

test('a server of several hosts is asked for the one that is named', async () => {
  const port = await serve(
    ({ headers }, response) => void response.writeHead(headers.host === 'shop.example.org' ? 200 : 404).end(),
  );
  expect(await probe(aBox(), L01, aService(port))).toMatchObject({ kind: 'bad' });
  expect(await probe(aBox(), L01, aService(port, { host: 'shop.example.org' }))).toMatchObject({ kind: 'good' });
});

test('a unix socket of the locker is asked instead of its port', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-socket-'));
  const made = createServer((_, response) => void response.end());
  server = made;
  const socket = join(folder, 'app.sock');
  expect(await probe(aBox({ addresses: [] }), L01, aService(1, { socket }))).toMatchObject({ kind: 'none' });
  await new Promise<void>((resolve) => void made.listen(socket, resolve));
  expect(await probe(aBox({ addresses: [] }), L01, aService(1, { socket }))).toMatchObject({ kind: 'good' });
  rmSync(folder, { recursive: true });
});

describe('over HTTPS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-tls-'));
  const { authority: ca, server: signed } = makeCertificates(folder);
  let secure: Https;
  let port: number;
  beforeAll(async () => {
    secure = createHttps(
      { cert: readFileSync(signed.cert), key: readFileSync(signed.key) },
      (_, response) => void response.end('12-gabc'),
    );
    await new Promise<void>((resolve) => void secure.listen(0, '127.0.0.1', resolve));
    ({ port } = secure.address() as AddressInfo);
  });
  afterAll(() => {
    secure.close();
    rmSync(folder, { recursive: true });
  });

  test.each<[string, NonNullable<ServiceConfig['probe']['https']>, string, RegExp]>([
    ['one that is not looked at', 'unchecked', 'good', /200/],
    ['the one that is named', { name: 'localhost', ca }, 'good', /200/],
    ['one of somebody else', { name: 'shop.example.org', ca }, 'none', /shop\.example\.org/],
    ['one that nobody known has signed', { name: 'localhost' }, 'none', /certificate/],
    [
      'one whose signer is not there to be read',
      { name: 'localhost', ca: join(folder, 'gone.pem') },
      'none',
      /ENOENT.*gone\.pem/,
    ],
  ])('a certificate: %s', async (_, https, kind, detail) => {
    const seen = await probe(aBox(), L01, aService(port, { https }));
    expect(seen).toMatchObject({ kind, detail: expect.stringMatching(detail) as string });
  });

  test('the build is asked in the same way', async () => {
    expect(await askBuild(aBox(), L01, aService(port, { https: 'unchecked' }))).toMatchObject({ build: '12-gabc' });
  });
});

test.each<[Partial<Ran>, string]>([
  [{ code: 0 }, 'good'],
  [{ code: 1 }, 'bad'],
  [{ code: 127 }, 'none'],
  [{ code: null, timedOut: true }, 'none'],
])('a probe by a command that ended with %j is %s, and needs no address', async (ran, kind) => {
  const service = aService(8042, { path: undefined, exec: ['is-up'] });
  expect(await probe(aBox({ ran, addresses: [] }), L01, service)).toMatchObject({ kind });
});

test.each<[string, NonNullable<ServiceConfig['revision']>, Partial<Ran>, object]>([
  [
    'a command',
    { kind: 'exec', argv: ['app', '--version'] },
    { stdout: '12-gabc\n' },
    { by: '`app --version`', build: '12-gabc' },
  ],
  ['a command that fails', { kind: 'exec', argv: ['app'] }, { code: 1, stdout: '12-gabc' }, { by: '`app`', build: null }],
  [
    'a file',
    { kind: 'file', path: '/opt/app/BUILD' },
    { stdout: '{"build":"12-gabc"}' },
    { by: '/opt/app/BUILD', build: '12-gabc' },
  ],
])('the build may be told by %s', async (_, revision, ran, told) => {
  const { revisionPath: _path, ...service } = aService(8042);
  expect(await askBuild(aBox({ ran }), L01, { ...service, revision })).toEqual(told);
});

test('a service that tells no build is not asked', async () => {
  const { revisionPath: _path, ...service } = aService(8042);
  expect(await askBuild(aBox(), L01, service)).toBeNull();
});
