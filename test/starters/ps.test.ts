import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockstepHome, makeHome } from '../../embedded/home';
import { identityOf } from '../../embedded/process-identity';
import { writeRecord } from '../../embedded/process-record';
import { psMain } from '../../starters/ps-main';
import { psTable } from '../../starters/ps-table';
import { runMain } from '../support/command';

let folder: string;
let env: NodeJS.ProcessEnv;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lockstep-ps-'));
  env = { LOCKSTEP_HOME: join(folder, 'home') };
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const home = () => lockstepHome(env);
const AT = '2026-11-20T10:11:12.345Z';
const SERVER = { port: '7301', uiPort: '8301', version: '1.9.1', binary: 'temporal' };
const WORKER = { address: '127.0.0.1:7301', fleetFile: 'fleet.yaml', version: '0.1.0' };
const recorded = (name: 'temporal' | 'worker', pid: number, identity: string) =>
  writeRecord(home(), name, { format: 1, pid, identity, at: AT, fingerprint: '', detail: name === 'temporal' ? SERVER : WORKER });
const objects = async () =>
  (await runMain(psMain, ['--json'], env)).stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test('where nothing was started it says so, and makes nothing', async () => {
  expect(await runMain(psMain, [], env)).toEqual({ code: 0, stdout: 'Nothing was started here.\n', stderr: '' });
  expect(await objects()).toEqual([]);
  expect(await readdir(folder)).toEqual([]);
});

test('a living process is running, an ended one a stale record, and a pid that somebody else got is not ours', async () => {
  const other = spawn('sleep', ['60']);
  const pid = other.pid as number;
  await makeHome(home());
  await recorded('temporal', process.pid, identityOf(process.pid) ?? '');
  await recorded('worker', pid, 'another boot/1');
  expect(await objects()).toEqual([
    {
      kind: 'process',
      name: 'server',
      pid: process.pid,
      since: AT,
      address: '127.0.0.1:7301',
      version: '1.9.1',
      state: 'running',
    },
    {
      kind: 'process',
      name: 'web-ui',
      pid: process.pid,
      since: AT,
      address: 'http://127.0.0.1:8301',
      version: '1.9.1',
      state: 'running',
    },
    { kind: 'process', name: 'worker', pid, since: AT, address: '127.0.0.1:7301', version: '0.1.0', state: 'not-ours' },
  ]);
  await recorded('worker', pid, identityOf(pid) ?? '');
  const ended = new Promise((resolve) => other.once('close', resolve));
  other.kill('SIGKILL');
  await ended;
  expect((await objects())[2]).toMatchObject({ name: 'worker', state: 'stale-record' });
});

test('a record that can not be read, and a sandbox that went without us, are stale', async () => {
  await makeHome(home());
  await writeFile(home().record('temporal'), '{"format":9');
  await mkdir(join(folder, 'sandbox'));
  await writeFile(home().record('sandboxes'), JSON.stringify({ format: 1, dirs: [join(folder, 'sandbox')] }));
  expect(await objects()).toEqual([
    { kind: 'process', name: 'server', pid: null, since: null, address: null, version: null, state: 'stale-record' },
    {
      kind: 'process',
      name: 'sandbox',
      pid: null,
      since: null,
      address: join(folder, 'sandbox'),
      version: null,
      state: 'stale-record',
    },
  ]);
});

test('the table is aligned', () => {
  const row = { pid: 12, since: AT, address: '127.0.0.1:7233', version: null };
  expect(
    psTable([
      { ...row, name: 'server', state: 'stale-record' },
      { ...row, name: 'sandbox lxc12', pid: 123_456, version: '12 lockers, process', state: 'not-ours' },
    ]),
  ).toEqual([
    'name           pid     since                 address         version              state',
    'server         12      2026-11-20 10:11:12Z  127.0.0.1:7233  -                    stale record',
    'sandbox lxc12  123456  2026-11-20 10:11:12Z  127.0.0.1:7233  12 lockers, process  not ours',
  ]);
});

test('a wrong flag is a usage error', async () => {
  expect((await runMain(psMain, ['--all'], env)).code).toBe(2);
  expect((await runMain(psMain, ['worker'], env)).code).toBe(2);
});
