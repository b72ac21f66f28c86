/** The way to lockerd where somebody is in the way: a lockerd that is just ending, a path too long, a client that does not read. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeBundle } from '../../box/bundle';
import { serveConnection } from '../../box/server/connection';
import { BoxConfig } from '../../domain/protocol/box-config';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-way-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const configWith = (socket: string) => ({
  format: 1,
  box: 'lxc12',
  root: join(folder, 'root'),
  data: join(folder, 'me'),
  lxcPath: join(folder, 'lxc'),
  socket,
  log: join(folder, 'lockerd.log'),
});

test('whoever finds a lockerd that is just ending starts the next one', async () => {
  const config = configWith(join(folder, 'lockerd.sock'));
  const bundle = join(folder, 'lockstep-box.cjs');
  const configFile = join(folder, 'box.json');
  const state = join(config.root, 'state');
  await writeBundle(bundle);
  writeFileSync(configFile, JSON.stringify(config));
  mkdirSync(state, { recursive: true });
  // It has the lock still and answers no more.
  const ending = spawn('flock', [join(state, 'lockerd.lock'), 'sleep', '1.5']);
  await sleep(200);
  try {
    const asked = spawnSync(process.execPath, [bundle, '--config', configFile, 'history'], { encoding: 'utf8', timeout: 15_000 });
    expect([asked.status, asked.stdout, asked.stderr]).toEqual([0, 'no rollout and no script yet\n', '']);
  } finally {
    ending.kill();
    const pid = join(state, 'lockerd.pid');
    for (let i = 0; i < 100 && !existsSync(pid); i++) await sleep(20);
    if (existsSync(pid)) process.kill(Number(readFileSync(pid, 'utf8')), 'SIGTERM');
    for (let i = 0; i < 100 && existsSync(pid); i++) await sleep(20);
  }
}, 30_000);

test('a socket path that the kernel would cut off is refused by name', () => {
  expect(BoxConfig.safeParse(configWith(`/${'x'.repeat(106)}`)).success).toBe(true);
  const long = BoxConfig.safeParse(configWith(`/${'x'.repeat(107)}`));
  expect(long.error?.issues[0]).toMatchObject({ path: ['socket'], message: expect.stringContaining('107') as string });
});

test('a client that asks and does not read is hung up on before lockerd runs out of memory', async () => {
  let most = 0;
  const path = join(folder, 'socket');
  const server = createServer((socket) => {
    socket.on('error', () => {});
    serveConnection(socket, { lockerd: '0', box: 'lxc12', bootId: 'b' }, async () => {
      most = Math.max(most, socket.writableLength);
      return 'x'.repeat(1024 * 1024);
    });
  });
  await once(server.listen(path), 'listening');
  const client = connect(path).pause();
  await once(client, 'connect');
  client.on('error', () => {});
  client.write(`${JSON.stringify({ hello: { protocol: 1, client: 'test' } })}\n`);
  for (let id = 1; id <= 400; id++) client.write(`${JSON.stringify({ id, verb: 'history', params: {} })}\n`);
  await sleep(500);
  try {
    expect(await new Promise((resolve) => server.getConnections((_, count) => resolve(count)))).toBe(0);
    expect(most).toBeLessThan(80 * 1024 * 1024);
  } finally {
    client.destroy();
    server.close();
  }
});
