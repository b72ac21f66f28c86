/** How a sandbox box that `sandbox up` has made shows, and goes: a box of processes, which every Linux can have. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { takeDown } from '../../../sandbox/take-down';
import { runCli } from '../../support/cli';

jest.setTimeout(300_000);

let folder: string;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lockstep-rows-'));
  env = { LOCKSTEP_HOME: join(folder, 'home') };
  const dir = join(folder, 'sandbox');
  const made = ['up', '--dir', dir, '--box', 'rows', '--lockers', '1', '--kind', 'process'];
  expect(await runCli('sandbox', made, env)).toMatchObject({ code: 0 });
});
afterAll(async () => {
  await takeDown({ dir: join(folder, 'sandbox'), progress: () => {} });
  await rm(folder, { recursive: true, force: true });
});

const rows = async () => (await runCli('ps', ['--json'], env)).objects;

test('its SSH server and its lockerd are listed; one that was killed is a stale record, and down ends the rest', async () => {
  const [ssh, lockerd] = await rows();
  expect(ssh).toMatchObject({ name: 'sandbox rows', version: '1 locker, process', state: 'running' });
  expect(lockerd).toMatchObject({ name: 'lockerd rows', state: 'running' });
  expect((await runCli('logs', ['sandbox'], env)).stdout).toMatch(/^sandbox rows \| listening on 127\.[^]*^lockerd rows \| /m);
  const state = await readFile(join(folder, 'sandbox/state.json'), 'utf8');
  expect(state).toContain(`"pid": ${String(ssh?.['pid'])}`);
  process.kill(Number(ssh?.['pid']), 'SIGKILL');
  expect((await rows()).map((row) => row['state'])).toEqual(['stale-record', 'running']);
  expect(await runCli('down', [], env)).toMatchObject({ code: 0, stdout: expect.stringContaining(': ended') });
  expect(await rows()).toEqual([]);
});
