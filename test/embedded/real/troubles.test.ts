/** What befalls the embedded server and worker, brought about for real: commands, processes and ports as a person has them. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import { connect } from '../../../embedded/connect';
import { freePort } from '../../../embedded/free-port';
import { lockstepHome, makeHome } from '../../../embedded/home';
import { identityOf } from '../../../embedded/process-identity';
import { readRecord, writeRecord } from '../../../embedded/process-record';
import type { ProcessRecord } from '../../../embedded/process-record';
import { temporalBinary } from '../../../embedded/temporal-binary';
import { runCli } from '../../support/cli';
import type { Ended } from '../../support/cli';

// Each test starts a worker, some twice; on a busy machine that takes its time.
jest.setTimeout(400_000);

let folder: string;
let env: NodeJS.ProcessEnv;
const bystanders: ChildProcess[] = [];
const servers: Server[] = [];

beforeEach(async () => {
  const shared = lockstepHome({});
  const binary = await temporalBinary({ home: shared, env: process.env, progress: () => {} });
  folder = await mkdtemp(join(tmpdir(), 'lockstep-troubles-'));
  await writeFile(join(folder, 'fleet.yaml'), 'version: 1\nservices: {}\nboxes: {}\n');
  env = {
    LOCKSTEP_HOME: join(folder, 'home'),
    LOCKSTEP_TEMPORAL: binary,
    LOCKSTEP_FLEET: join(folder, 'fleet.yaml'),
    HOME: folder,
    TEMPORAL_ADDRESS: '',
    TEMPORAL_PROFILE: '',
  };
});
afterEach(async () => {
  await runCli('down', [], env);
  for (const one of bystanders.splice(0)) one.kill('SIGKILL');
  for (const one of servers.splice(0)) one.close();
  await rm(folder, { recursive: true, force: true });
});

const home = () => lockstepHome({ ...process.env, ...env });
const up = async (): Promise<Ended & { address: string }> => {
  const ended = await runCli('up', ['--json'], env);
  if (ended.code !== 0) throw new Error(`up ended with ${ended.code}\n${ended.stdout}\n${ended.stderr}`);
  return { ...ended, address: String(ended.objects[0]?.['address']) };
};
const recordOf = async (name: 'temporal' | 'worker'): Promise<ProcessRecord> => {
  const record = await readRecord(home(), name);
  if (record === null) throw new Error(`no record of ${name}`);
  return record;
};
const states = async (): Promise<Record<string, unknown>> =>
  Object.fromEntries((await runCli('ps', ['--json'], env)).objects.map(({ name, state }) => [String(name), state]));

function aBystander(): ChildProcess {
  const child = spawn('sleep', ['600']);
  bystanders.push(child);
  return child;
}

/** Somebody else's, for as long as the test takes. */
async function taken(port: number): Promise<number> {
  const server = createServer().listen(port, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function withClient<T>(address: string, work: (client: Client) => Promise<T>): Promise<T> {
  const connection = await connect({ address });
  try {
    return await work(new Client({ connection }));
  } finally {
    await connection.close();
  }
}

test('two starts at once start one server and one worker, and the second says that it waits', async () => {
  const [a, b] = await Promise.all([up(), up()]);
  expect(a.address).toBe(b.address);
  const both = a.stderr + b.stderr;
  expect(both.match(/starting Temporal/g)).toHaveLength(1);
  expect(both.match(/starting the worker/g)).toHaveLength(1);
  expect(both).toMatch(/another start is at work \(process \d+\); waiting for it/);
  expect(await states()).toEqual({ server: 'running', 'web-ui': 'running', worker: 'running' });
  const again = await up();
  expect({ address: again.address, stderr: again.stderr }).toEqual({ address: a.address, stderr: '' });
});

test('a server killed with -9 is started by the next command on the same port and file, its history and the worker as they were', async () => {
  const { address } = await up();
  const [server, worker] = [await recordOf('temporal'), await recordOf('worker')];
  await withClient(address, (client) =>
    client.workflow.start('nobodys', { workflowId: 'before', taskQueue: 'nobody', args: ['kept'] }),
  );
  process.kill(server.pid, 'SIGKILL');
  expect(await states()).toMatchObject({ server: 'stale-record', worker: 'running' });
  const again = await up();
  expect(again.address).toBe(address);
  expect(again.stderr).toContain('the Temporal server has ended; starting it on its file again');
  const history = await withClient(address, (client) => client.workflow.getHandle('before').fetchHistory());
  expect(history.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0]?.data?.toString()).toContain('kept');
  expect((await recordOf('temporal')).pid).not.toBe(server.pid);
  expect((await recordOf('worker')).pid).toBe(worker.pid);
});

test('a taken port is left to who has it: the next free one serves, and that is said', async () => {
  const [port, uiPort] = [await taken(0), await taken(0)];
  await makeHome(home());
  const gone = { format: 1 as const, pid: 2 ** 22 - 1, identity: 'gone', at: '', fingerprint: '' };
  await writeRecord(home(), 'temporal', { ...gone, detail: { port: String(port), uiPort: String(uiPort) } });
  const { stderr, objects } = await up();
  const [got, gotUi] = [String(objects[0]?.['address']).split(':')[1], String(objects[0]?.['webUi']).split(':')[2]];
  expect(got).not.toBe(String(port));
  expect(stderr).toContain(`port ${port} is taken by somebody else; the Temporal server gets ${got}`);
  expect(stderr).toContain(`port ${uiPort} is taken by somebody else; the Web UI gets ${gotUi}`);
  expect((await fetch(`http://127.0.0.1:${gotUi}`)).ok).toBe(true);
});

test('a record that names a living process of somebody else is seen as that, and he is never ended', async () => {
  const pid = aBystander().pid as number;
  const identity = identityOf(pid);
  await makeHome(home());
  const detail = { port: String(await freePort(23_000)), uiPort: String(await freePort(24_000)), fleetFile: '', address: '' };
  for (const name of ['temporal', 'worker'] as const)
    await writeRecord(home(), name, { format: 1, pid, identity: 'another boot/1', at: '', fingerprint: '', detail });
  expect(await states()).toEqual({ server: 'not-ours', 'web-ui': 'not-ours', worker: 'not-ours' });
  expect((await runCli('down', [], env)).stdout).toContain(`worker (process ${pid}): was gone`);
  for (const name of ['temporal', 'worker'] as const)
    await writeRecord(home(), name, { format: 1, pid, identity: 'another boot/1', at: '', fingerprint: '', detail });
  await up();
  expect(await states()).toEqual({ server: 'running', 'web-ui': 'running', worker: 'running' });
  expect(identityOf(pid)).toBe(identity);
});

test('where the records are lost or torn, what runs is found again: no second server on the file, and down ends both', async () => {
  const { address } = await up();
  const [server, worker] = [await recordOf('temporal'), await recordOf('worker')];
  await rm(home().record('temporal'));
  await writeFile(home().record('worker'), '{"format":1,"pi');
  expect(await states()).toEqual({ server: 'running', 'web-ui': 'running', worker: 'running' });
  const again = await up();
  expect(again.address).toBe(address);
  expect(again.stderr).not.toContain('starting Temporal');
  expect((await recordOf('temporal')).pid).toBe(server.pid);
  expect(identityOf(worker.pid)).toBeNull();
  await rm(home().record('temporal'));
  await rm(home().record('worker'));
  expect((await runCli('down', ['--json'], env)).objects[0]?.['processes']).toHaveLength(2);
  expect(identityOf(server.pid)).toBeNull();
});

test('somebody else’s server on our database is told by its pid, and nothing is started beside it', async () => {
  await makeHome(home());
  const argv = ['-c', 'sleep 600; true', 'server', 'start-dev', '--headless', '--db-filename', home().database];
  const other = spawn('sh', argv, { detached: true });
  bystanders.push(other);
  const ended = await runCli('up', ['--json'], env);
  process.kill(-(other.pid as number), 'SIGKILL');
  expect(ended.code).toBe(1);
  expect(ended.objects[0]).toMatchObject({ code: 'HomeUnusable', cure: expect.stringContaining(`kill ${other.pid}`) });
  expect(ended.stderr).not.toContain('starting');
});

test('a database that this server can not read is set aside with a sentence, and a new one begun', async () => {
  await makeHome(home());
  await writeFile(home().database, 'of another time and another kind\n');
  const { stderr } = await up();
  expect(stderr).toMatch(/can not read .*temporal\.db \(file is not a database\): set aside as .*temporal\.db\.former-/);
  expect(stderr).toContain('start-rollout --supersede');
  const aside = (await readdir(home().root)).find((name) => name.startsWith('temporal.db.former-'));
  expect(await readFile(join(home().root, String(aside)), 'utf8')).toBe('of another time and another kind\n');
});
