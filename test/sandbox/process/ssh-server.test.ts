/** The SSH server of a box of processes, asked by a real client. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, utils } from 'ssh2';
import type { ConnectConfig } from 'ssh2';
import { freePort } from '../../../embedded/free-port';
import { identityOf } from '../../../embedded/process-identity';
import { makeSshServer } from '../../../sandbox/process/ssh-server';
import { writeKey } from '../../../sandbox/process/write-key';

jest.setTimeout(30_000);

let dir: string;
let at: ConnectConfig;
let close: () => void;
const clients: Client[] = [];

/** Its command notes its process, repeats what it is told, and ends when nobody speaks any more. */
const FORCED = 'echo $$ >"$0"; echo ready; cat; echo "no more" >&2; exit 3';

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'lockstep-ssh-'));
  const authorizedKey = await writeKey(join(dir, 'id'), 'someone');
  await writeKey(join(dir, 'host'), 'lxc12');
  const server = makeSshServer({
    hostKey: readFileSync(join(dir, 'host'), 'utf8'),
    authorizedKey,
    command: ['sh', '-c', FORCED, join(dir, 'pid')],
    env: { PATH: process.env['PATH'] },
    log: () => {},
  });
  const port = await freePort(2222);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  at = { host: '127.0.0.1', port, username: 'anybody', privateKey: readFileSync(join(dir, 'id')) };
  close = () => void server.close();
});
afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
  close();
  rmSync(dir, { recursive: true, force: true });
});

function dial(config: ConnectConfig): Promise<Client> {
  const client = new Client();
  clients.push(client);
  return new Promise((resolve, reject) => {
    client.once('ready', () => resolve(client)).once('error', reject);
    client.connect(config);
  });
}

test('whatever is asked for, the one command runs, and both of its outputs and its exit code come back', async () => {
  const client = await dial(at);
  const said = await new Promise<{ out: string; err: string; code: number }>((resolve, reject) => {
    client.exec('rm -rf /', (error, channel) => {
      if (error) return reject(error);
      let [out, err, code] = ['', '', -1];
      channel.on('data', (chunk: Buffer) => (out += chunk.toString()));
      channel.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
      channel.on('exit', (exit: number) => (code = exit)).once('close', () => resolve({ out, err, code }));
      channel.end('hello\n');
    });
  });
  expect(said).toEqual({ out: 'ready\nhello\n', err: 'no more\n', code: 3 });
});

test('the pinned host key is the one that it shows', async () => {
  const key = utils.parseKey(readFileSync(join(dir, 'host.pub'), 'utf8'));
  if (key instanceof Error) throw key;
  let shown: Buffer | null = null;
  await dial({ ...at, hostVerifier: (blob: Buffer) => (shown = blob) !== null });
  expect(shown).toEqual(key.getPublicSSH());
});

test.each([
  ['another key', () => ({ privateKey: utils.generateKeyPairSync('ecdsa', { bits: 256 }).private })],
  ['a password', () => ({ privateKey: undefined, password: 'x' })],
])('%s is refused', async (_, other) => {
  await expect(dial({ ...at, ...other() } as ConnectConfig)).rejects.toThrow('authentication methods failed');
});

const outcome = (ask: (done: (error?: Error) => void) => void) =>
  new Promise((resolve) => ask((error) => resolve(error?.message ?? 'granted')));

test('no terminal, no files, no way through to other hosts', async () => {
  const client = await dial(at);
  expect(await outcome((done) => client.sftp(done))).not.toBe('granted');
  expect(await outcome((done) => client.forwardOut('127.0.0.1', 1, '127.0.0.1', at.port as number, done))).not.toBe('granted');
  expect(await outcome((done) => client.exec('x', { pty: true }, done))).not.toBe('granted');
});

test('a client that is cut off leaves no command behind', async () => {
  const client = await dial(at);
  await new Promise<void>((resolve, reject) =>
    client.exec('relay', (error, channel) => (error ? reject(error) : channel.once('data', () => resolve()))),
  );
  client.destroy();
  const pid = Number(readFileSync(join(dir, 'pid'), 'utf8'));
  for (let look = 0; look < 500 && identityOf(pid) !== null; look += 1) await sleep(20);
  expect(identityOf(pid)).toBeNull();
});
