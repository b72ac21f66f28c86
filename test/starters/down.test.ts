import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockstepHome, makeHome } from '../../embedded/home';
import { downMain } from '../../starters/down-main';
import { runMain } from '../support/command';

let folder: string;
let env: NodeJS.ProcessEnv;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lockstep-down-'));
  env = { LOCKSTEP_HOME: join(folder, 'home') };
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('where nothing was started it says so, and makes nothing', async () => {
  expect(await runMain(downMain, [], env)).toEqual({ code: 0, stdout: 'Nothing was running.\n', stderr: '' });
  expect(existsSync(join(folder, 'home'))).toBe(false);
});

test('a record of the sandboxes that can not be read is set aside, and it says how to end one', async () => {
  const home = lockstepHome(env);
  await makeHome(home);
  await writeFile(home.record('sandboxes'), '{"format":1,"di');
  const { code, stderr } = await runMain(downMain, [], env);
  expect(code).toBe(0);
  expect(stderr).toMatch(/record of the sandboxes can not be read: set aside as [^]*`npm run sandbox -- down`/);
  expect((await readdir(home.run)).filter((name) => name.includes('former'))).toHaveLength(1);
});

test('a wrong flag is a usage error', async () => {
  expect((await runMain(downMain, ['--everything'], env)).code).toBe(2);
});
