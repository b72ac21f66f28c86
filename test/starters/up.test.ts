/** What `up` refuses before it starts anything; what it starts is in test/embedded/real. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { upMain } from '../../starters/up-main';
import { runMain } from '../support/command';

let folder: string;
let env: NodeJS.ProcessEnv;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lockstep-up-'));
  env = { LOCKSTEP_HOME: join(folder, 'home'), LOCKSTEP_FLEET: join(folder, 'fleet.yaml') };
  await writeFile(join(folder, 'fleet.yaml'), 'version: 1\nservices: {}\nboxes: {}\n');
});
afterEach(async () => {
  expect(existsSync(join(folder, 'home'))).toBe(false);
  await rm(folder, { recursive: true, force: true });
});

test.each([
  ['a flag that is none', ['--fast'], /unknown option '--fast'/],
  ['a word too many', ['lxc12'], /too many arguments/],
  ['a box that is not in the fleet', ['--box', 'lxc13'], /There is no box "lxc13"/],
  ['a fleet file that is not there', ['--fleet', '/nowhere/fleet.yaml'], /There is no fleet file at/],
])('%s is a usage error', async (_, argv, says) => {
  const { code, stderr } = await runMain(upMain, argv, env);
  expect(code).toBe(2);
  expect(stderr).toMatch(says);
});

test('a server that the environment names is used, and where it is not there, nothing is started or written', async () => {
  const { code, stdout } = await runMain(upMain, ['--json'], { ...env, TEMPORAL_ADDRESS: '127.0.0.1:1' });
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ code: 'TemporalUnreachable', sentence: expect.stringContaining('127.0.0.1:1') });
}, 30_000);
