/** The embedded server and worker as real processes, started by processes of their own as the CLI does. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endEnvironment } from '../../embedded/end-environment';
import { lockstepHome, makeHome } from '../../embedded/home';
import { identityOf, isAlive } from '../../embedded/process-identity';
import type { ProcessRecord } from '../../embedded/process-record';
import { readRecord, runs, writeRecord } from '../../embedded/process-record';
import { temporalBinary } from '../../embedded/temporal-binary';

// A download of the binary where there is none yet, some starts of a worker.
jest.setTimeout(300_000);

const FLEET = 'version: 1\nservices: {}\nboxes: {}\n';
let folder: string;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  const shared = lockstepHome({});
  await makeHome(shared);
  const binary = await temporalBinary({ home: shared, env: process.env, progress: () => {} });
  folder = await mkdtemp(join(tmpdir(), 'lockstep-embedded-'));
  await writeFile(join(folder, 'fleet.yaml'), FLEET);
  await writeFile(join(folder, 'other.yaml'), FLEET);
  env = { ...process.env, LOCKSTEP_HOME: join(folder, 'home'), LOCKSTEP_TEMPORAL: binary, HOME: folder };
  delete env['TEMPORAL_ADDRESS'];
  delete env['TEMPORAL_PROFILE'];
});
afterEach(() => down());
afterAll(() => rm(folder, { recursive: true, force: true }));

const down = () => endEnvironment({ env, progress: () => {}, sandbox: false });
const home = () => lockstepHome(env);
const recordOf = async (name: string): Promise<ProcessRecord> => {
  const record = await readRecord(home(), name);
  if (record === null) throw new Error(`no record of ${name}`);
  return record;
};

interface Ended {
  readonly code: number | null;
  readonly address: string;
  readonly stderr: string;
}

async function up(fleet = 'fleet.yaml', worker = 'fresh'): Promise<Ended> {
  const script = require.resolve('../support/start-environment.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', script, join(folder, fleet), worker], { env });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`start ended with ${code}\n${stderr}`);
  return { code, stderr, ...(JSON.parse(stdout) as { address: string }) };
}

test('what one command starts, the next one reuses, and down ends just that', async () => {
  const bystander = spawn('sleep', ['60']);
  const first = await up();
  const [server, worker] = [await recordOf('temporal'), await recordOf('worker')];
  expect(first.stderr).toContain('starting Temporal');
  const second = await up();
  expect(second.address).toBe(first.address);
  expect(second.stderr).toBe('');
  expect([await recordOf('temporal'), await recordOf('worker')]).toEqual([server, worker]);
  const { processes } = await down();
  expect(processes).toEqual([
    { name: 'worker', pid: worker.pid, how: 'ended' },
    { name: 'temporal', pid: server.pid, how: 'ended' },
  ]);
  expect(runs(server) || runs(worker)).toBe(false);
  expect(isAlive(bystander.pid as number, identityOf(bystander.pid as number) ?? '')).toBe(true);
  bystander.kill();
  expect((await down()).processes).toEqual([]);
});

test('two starts at once start one server and one worker', async () => {
  const [a, b] = await Promise.all([up(), up()]);
  expect(a.address).toBe(b.address);
  const told = [a.stderr, b.stderr].filter((text) => text.includes('starting Temporal'));
  expect(told).toHaveLength(1);
  expect([a.stderr, b.stderr].join('')).toContain('another start is at work');
});

test('a worker of another fleet file or older code is started anew, but not for a mere look', async () => {
  await up();
  const before = await recordOf('worker');
  await up('other.yaml', 'any');
  expect((await recordOf('worker')).pid).toBe(before.pid);
  const { stderr } = await up('other.yaml');
  expect(stderr).toContain('older code, another fleet file or other payload keys');
  expect(runs(before)).toBe(false);
  expect((await recordOf('worker')).detail['fleetFile']).toBe(join(folder, 'other.yaml'));
});

test('after a kill -9 of both the same ports and the same database serve again', async () => {
  const first = await up();
  const [server, worker] = [await recordOf('temporal'), await recordOf('worker')];
  for (const { pid } of [server, worker]) process.kill(pid, 'SIGKILL');
  const again = await up();
  expect(again.address).toBe(first.address);
  expect((await recordOf('temporal')).pid).not.toBe(server.pid);
  expect((await readFile(home().database)).length).toBeGreaterThan(0);
});

test('a record whose pid belongs to somebody else by now is stale: he is not ended', async () => {
  const bystander = spawn('sleep', ['60']);
  const pid = bystander.pid as number;
  await makeHome(home());
  const stale = { format: 1 as const, pid, identity: 'another boot/1', at: '', fingerprint: '', detail: {} };
  await writeRecord(home(), 'temporal', stale);
  expect((await down()).processes).toEqual([{ name: 'temporal', pid, how: 'was-gone' }]);
  expect(identityOf(pid)).not.toBeNull();
  bystander.kill();
});

test('a server that can not start says why, with the last lines of its log', async () => {
  const broken = join(folder, 'broken');
  await writeFile(
    broken,
    '#!/bin/sh\n[ "$1" = --version ] && echo "temporal version 1.9.1" && exit\necho no luck >&2; exit 3\n',
    { mode: 0o755 },
  );
  const good = env['LOCKSTEP_TEMPORAL'];
  env['LOCKSTEP_TEMPORAL'] = broken;
  try {
    await expect(up()).rejects.toThrow(/did not come up: exit 3/);
  } finally {
    env['LOCKSTEP_TEMPORAL'] = good;
  }
});

test('a server that ends at once, as when another one took its port, is started on other ports', async () => {
  const good = env['LOCKSTEP_TEMPORAL'] ?? '';
  const once = join(folder, 'once');
  await writeFile(
    once,
    `#!/bin/sh\n[ "$1" = --version ] && exec "${good}" --version\n[ -e "${once}.tried" ] || { touch "${once}.tried"; exit 1; }\nexec "${good}" "$@"\n`,
    { mode: 0o755 },
  );
  env['LOCKSTEP_TEMPORAL'] = once;
  try {
    expect((await up()).stderr).toContain('it ended (exit 1); trying other ports');
  } finally {
    env['LOCKSTEP_TEMPORAL'] = good;
  }
});
