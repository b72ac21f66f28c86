import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockstepHome, makeHome } from '../../embedded/home';
import { settleLayout } from '../../embedded/home-layout';
import { downMain } from '../../starters/down-main';
import { psMain } from '../../starters/ps-main';
import { upMain } from '../../starters/up-main';
import { runMain } from '../support/command';

const ROOT = join(__dirname, '../..');
jest.setTimeout(300_000);

let folder: string;
let env: NodeJS.ProcessEnv;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lockstep-home-'));
  env = {
    PATH: process.env['PATH'],
    HOME: folder,
    LOCKSTEP_HOME: join(folder, 'home'),
    LOCKSTEP_FLEET: join(folder, 'fleet.yaml'),
  };
  await writeFile(join(folder, 'fleet.yaml'), 'version: 1\nservices: {}\nboxes: {}\n');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const home = () => lockstepHome(env);
const settled = async (): Promise<string[]> => {
  const said: string[] = [];
  await makeHome(home());
  await settleLayout(home(), (line) => said.push(line));
  return said;
};

/** Root may write everywhere but on a filesystem that is read only; anybody else just needs the permission taken. */
async function upReadOnly(readOnly: string): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const up = `exec "${process.execPath}" --import tsx starters/up.ts --json`;
  const script =
    process.getuid?.() === 0 ? `mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && ${up}` : `chmod -R a-w "$0" && ${up}`;
  const [command, ...args] = process.getuid?.() === 0 ? ['unshare', '--mount', 'sh', '-c'] : ['sh', '-c'];
  const ran = spawnSync(command, [...args, script, readOnly], { cwd: ROOT, env, encoding: 'utf8' });
  spawnSync('chmod', ['-R', 'u+w', readOnly]);
  return ran;
}

test.each([
  ['that does not exist yet', async () => {}],
  ['that was used before', async () => void (await settled())],
])('a folder on a read-only filesystem is named, with LOCKSTEP_HOME as the cure: one %s', async (_, prepare) => {
  const readOnly = join(folder, 'read-only');
  await mkdir(readOnly);
  env['LOCKSTEP_HOME'] = join(readOnly, 'home');
  await prepare();
  const { status, stdout, stderr } = await upReadOnly(readOnly);
  expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
  expect(JSON.parse(stdout)).toEqual({
    kind: 'error',
    code: 'HomeUnusable',
    sentence: `Nothing can be written to ${join(readOnly, 'home')}, where server and worker keep their things.`,
    cure: expect.stringContaining('LOCKSTEP_HOME'),
    evidence: [expect.stringMatching(/EROFS|EACCES/)],
  });
});

test('a file where the folder should be is told in the same way', async () => {
  await writeFile(join(folder, 'home'), 'a file');
  const { code, stderr } = await runMain(upMain, [], env);
  expect(code).toBe(1);
  expect(stderr).toContain(`Nothing can be written to ${join(folder, 'home')}`);
  expect(stderr).toContain('LOCKSTEP_HOME');
});

test('a new home says by which layout it was made, and says nothing else', async () => {
  expect(await settled()).toEqual([]);
  expect(JSON.parse(await readFile(home().layout, 'utf8'))).toEqual({ layout: 1 });
  expect(await settled()).toEqual([]);
});

test('a home of before there were layouts is taken over with a sentence, its database and its readable records as they are', async () => {
  await makeHome(home());
  await writeFile(home().database, 'the database');
  const record = JSON.stringify({ format: 1, pid: 1, identity: 'x', at: '', fingerprint: '', detail: {} });
  await writeFile(home().record('worker'), record);
  await writeFile(home().record('temporal'), '{"format":0,"pid":1}');
  const said = await settled();
  expect(said).toEqual([
    `${home().root} is of a former version; bringing it to this one`,
    expect.stringMatching(/the record of its temporal can not be read: set aside as .*temporal\.json\.former-/),
  ]);
  expect(await readFile(home().database, 'utf8')).toBe('the database');
  expect(await readFile(home().record('worker'), 'utf8')).toBe(record);
  expect((await readdir(home().run)).toSorted()).toEqual([expect.stringMatching(/^temporal\.json\.former-/), 'worker.json']);
  expect(await settled()).toEqual([]);
});

test.each([
  ['up', upMain],
  ['down', downMain],
  ['ps', psMain],
])('a home of a newer version is refused by %s with what to do, and left as it is', async (_, main) => {
  await makeHome(home());
  await writeFile(home().layout, '{"layout":2,"more":true}');
  const { code, stdout, stderr } = await runMain(main, [], env);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain('was made by a newer Lockstep: layout 2, this one knows 1.');
  expect(stderr).toMatch(/Use that version here.*or set LOCKSTEP_HOME/);
  expect(await readFile(home().layout, 'utf8')).toBe('{"layout":2,"more":true}');
});

test('a layout file that says nothing is not guessed at', async () => {
  await makeHome(home());
  await writeFile(home().layout, '{"lay');
  const { code, stderr } = await runMain(upMain, [], env);
  expect(code).toBe(1);
  expect(stderr).toContain('does not say which version made this folder');
});
