import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { startDaemon } from '../../box/make-daemon';
import type { RunningDaemon } from '../../box/make-daemon';
import { VERSION } from '../../box/version';
import { MAX_LINE_BYTES } from '../../domain/protocol/frames';
import packageJson from '../../package.json';
import { aClient, aHolder } from './support/a-client';
import { aBox } from './support/fake-lxc';
import type { FakeBox } from './support/fake-lxc';

let box: FakeBox;
let running: RunningDaemon;
const sockets: Socket[] = [];
beforeEach(async () => {
  box = aBox();
  // Left over from a lockerd that died.
  writeFileSync(box.config.socket, '');
  running = await startDaemon(box);
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await running.close();
  box.remove();
});

interface Raw {
  say(line: string | object): void;
  hear(): Promise<Record<string, unknown> | null>;
}
async function aRaw(): Promise<Raw> {
  const socket = connect(box.config.socket);
  sockets.push(socket);
  await once(socket, 'connect');
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  return {
    say: (line) => void socket.write(`${typeof line === 'string' ? line : JSON.stringify(line)}\n`),
    hear: async () => {
      const { value, done } = await lines.next();
      return done ? null : (JSON.parse(value) as Record<string, unknown>);
    },
  };
}
const HELLO = { hello: { protocol: 1, client: 'test' } };

test('the handshake says who this box is', async () => {
  const raw = await aRaw();
  raw.say(HELLO);
  expect(await raw.hear()).toEqual({ hello: { protocol: 1, lockerd: '0.1.0', box: 'lxc12', bootId: 'boot-1' } });
});

test('another protocol is refused by name, and hung up on', async () => {
  const raw = await aRaw();
  raw.say({ hello: { protocol: 9, client: 'test' } });
  expect(await raw.hear()).toMatchObject({ id: 0, fault: { code: 'ProtocolMismatch' } });
  expect(await raw.hear()).toBeNull();
});

test('who does not greet is refused', async () => {
  const raw = await aRaw();
  raw.say('GET / HTTP/1.1');
  expect(await raw.hear()).toMatchObject({ id: 0, fault: { code: 'BadRequest' } });
});

test.each([
  ['no JSON', '{"id":', 0],
  ['a request without a verb', { id: 4 }, 4],
  ['a verb that does not exist', { id: 5, verb: 'explode', params: {} }, 5],
  ['a verb of Object', { id: 6, verb: 'toString', params: {} }, 6],
  ['parameters of another shape', { id: 7, verb: 'history', params: { limit: 'all' } }, 7],
  ['a locker name with a newline', { id: 8, verb: 'undrain', params: { locker: 'a\nb' }, change: undefined }, 8],
  ['a change without a token', { id: 9, verb: 'undrain', params: { locker: 'ada' } }, 9],
  [
    'a token with a way upwards',
    { id: 10, verb: 'undrain', params: { locker: 'ada' }, change: { token: '../..', holder: 'r', generation: 1 } },
    10,
  ],
])('%s is a BadRequest to the one who asked, and the daemon goes on', async (_, line, id) => {
  const raw = await aRaw();
  raw.say(HELLO);
  await raw.hear();
  raw.say(line);
  expect(await raw.hear()).toMatchObject({ id, fault: { code: 'BadRequest' } });
  raw.say({ id: 20, verb: 'history', params: { limit: 1 } });
  expect(await raw.hear()).toEqual({ id: 20, result: { records: [] } });
});

test('a line without end is cut off', async () => {
  const raw = await aRaw();
  raw.say(HELLO);
  await raw.hear();
  raw.say('x'.repeat(MAX_LINE_BYTES + 1));
  expect(await raw.hear()).toMatchObject({ id: 0, fault: { code: 'BadRequest' } });
});

test('a bug in a verb is a fault with evidence, not the end of the daemon', async () => {
  const client = await aHolder(box);
  box.lxc.see = () => Promise.reject(new TypeError('undefined is not a locker'));
  const asked = client.ask('undrain', { locker: 'ada' });
  await expect(asked).rejects.toMatchObject({
    code: 'CommandFailed',
    evidence: expect.arrayContaining([expect.stringContaining('undefined is not a locker')]) as unknown,
  });
  expect(await client.lockerd.call('history', { limit: 1 })).toEqual({ records: [] });
});

test('a second lockerd on the same socket is refused', async () => {
  await expect(startDaemon(box)).rejects.toMatchObject({ code: 'HeldBy' });
});

test('a script that dies gives its lease back, and two scripts of one user are two', async () => {
  const script = await aClient(box);
  await script.call('take-lease', { holder: 'local:root', by: 'root', force: false });
  const other = await aClient(box);
  await expect(other.call('take-lease', { holder: 'local:root', by: 'root', force: false })).rejects.toMatchObject({
    code: 'HeldBy',
  });
  script.close();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await other.call('take-lease', { holder: 'local:root', by: 'root', force: false })).toMatchObject({ generation: 2 });
  other.close();
});

test('an orchestrator that loses its link keeps its lease', async () => {
  const { lockerd } = await aHolder(box, 'r1');
  lockerd.close();
  await new Promise((resolve) => setTimeout(resolve, 50));
  await expect(aHolder(box, 'r2')).rejects.toMatchObject({ code: 'HeldBy' });
});

test('the version is the one of package.json', () => {
  expect(VERSION).toBe(packageJson.version);
});
