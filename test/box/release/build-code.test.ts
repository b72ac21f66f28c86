/** What a release may do to the box while it is checked out and built: root writes here, and the tree is somebody else's. */
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stagedBox } from '../support/staged-box';
import type { StagedBox } from '../support/staged-box';

let here: StagedBox;
beforeEach(() => {
  here = stagedBox();
  here.code.commit({ 'locker.js': 'run()' });
  here.settings.commit({ 'templates/config.json': '{}' });
});
afterEach(() => here.remove());

const codeFolders = () => (existsSync(here.box.paths.codeRoot) ? readdirSync(here.box.paths.codeRoot) : []);
const node = (script: string) => ['node', '-e', script];
const commitBuild = (...build: string[][]) => here.code.commit({ 'lockstep.json': JSON.stringify({ format: 1, build }) });
const faultOf = async (staging: Promise<unknown>) =>
  staging.then(
    () => null,
    (error: unknown) => error as { code: string; sentence: string; evidence: string[] },
  );
async function until(what: () => boolean): Promise<void> {
  for (const end = Date.now() + 15_000; !what(); await sleep(20)) if (Date.now() > end) throw new Error('waited too long');
}
const lives = (pid: number): boolean =>
  existsSync(`/proc/${pid}`) && !/^State:\s*[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));

test.each(['BUILD', 'build.json'])('a link named %s in the repository does not make root write where it points', async (name) => {
  const victim = join(here.dir, 'victim');
  writeFileSync(victim, 'precious');
  symlinkSync(victim, join(here.code.repo, name));
  here.code.commit({});
  const target = await here.targetOf();
  await here.stage(target);
  expect(readFileSync(victim, 'utf8')).toBe('precious');
  expect(readFileSync(join(here.box.paths.code(target.release.code.id), name), 'utf8')).toContain(target.release.code.build);
});

test('a folder named BUILD in the repository is said, and nothing is left', async () => {
  here.code.commit({ 'BUILD/file': '' });
  expect(await faultOf(here.stage(await here.targetOf()))).toMatchObject({
    code: 'BuildFailed',
    sentence: expect.stringContaining('BUILD'),
  });
  expect(codeFolders()).toEqual([]);
});

test('lockstep.json may not be a link: what it points at is read as root', async () => {
  const secret = join(here.dir, 'secret');
  writeFileSync(secret, 'root:$6$hash', { mode: 0o600 });
  symlinkSync(secret, join(here.code.repo, 'lockstep.json'));
  here.code.commit({});
  const fault = await faultOf(here.stage(await here.targetOf()));
  expect(fault).toMatchObject({ code: 'ManifestInvalid' });
  expect(JSON.stringify(fault)).not.toContain('root:$6');
});

test('a folder named lockstep.json is no release without a build', async () => {
  here.code.commit({ 'lockstep.json/file': '' });
  expect(await faultOf(here.stage(await here.targetOf()))).toMatchObject({ code: 'ManifestInvalid' });
});

test('what a build keeps at home, such as a cache, is no part of its release, and is gone after it', async () => {
  const keep = `const fs = require('fs'), home = require('os').homedir(); fs.mkdirSync(home + '/.npm/_cacache', { recursive: true });`;
  commitBuild(node(`${keep} fs.writeFileSync(home + '/.npm/_cacache/a', 'x'); fs.writeFileSync('made.js', 'x');`));
  const target = await here.targetOf();
  await here.stage(target);
  const { id } = target.release.code;
  expect(readdirSync(here.box.paths.code(id)).toSorted()).toEqual([
    'BUILD',
    'build.json',
    'locker.js',
    'lockstep.json',
    'made.js',
  ]);
  expect(codeFolders()).toEqual([id]);
});

test('a build says with which Node and libc it was made, and what is bound to them', async () => {
  commitBuild(node(`require('fs').writeFileSync('addon.node', 'x')`));
  const target = await here.targetOf();
  const said = await here.stageSaying(target);
  const version = execFileSync('node', ['-p', 'process.version'], { encoding: 'utf8' }).trim();
  const libc = execFileSync('getconf', ['GNU_LIBC_VERSION'], { encoding: 'utf8' }).trim();
  const build = JSON.parse(readFileSync(join(here.box.paths.code(target.release.code.id), 'build.json'), 'utf8')) as object;
  expect(build).toMatchObject({ build: target.release.code.build, madeWith: { node: version, libc, arch: process.arch } });
  expect(said).toContainEqual(
    expect.stringMatching(`^made with Node ${version} \\(ABI \\d+\\), ${libc}, ${process.arch}, of this box`),
  );
  expect(said).toContainEqual(expect.stringMatching(/^1 native module, such as addon\.node: it loads only where Node and libc/));
});

test('a release that builds nothing says neither', async () => {
  const target = await here.targetOf();
  expect(await here.stageSaying(target)).toEqual([expect.stringMatching(/^checking out /), 'rendering config for 2 lockers']);
  const build = readFileSync(join(here.box.paths.code(target.release.code.id), 'build.json'), 'utf8');
  expect(JSON.parse(build)).toEqual({ build: target.release.code.build, revision: target.release.code.revision });
});

test('dependencies that nobody installs are said', async () => {
  here.code.commit({ 'package-lock.json': '{"packages":{"":{},"node_modules/left-pad":{}}}' });
  expect(await here.stageSaying(await here.targetOf())).toContainEqual(
    expect.stringMatching(/^the release has a package-lock\.json and no node_modules, and its lockstep\.json names no build/),
  );
});

test('a process that the build leaves behind is ended before its tree becomes a release', async () => {
  const pidFile = join(here.dir, 'pid');
  writeFileSync(pidFile, '', { mode: 0o666 });
  chmodSync(pidFile, 0o666);
  commitBuild(
    node(
      `const c = require('child_process').spawn('sleep', ['120'], { detached: true, stdio: 'ignore' }); c.unref();` +
        `require('fs').writeFileSync(${JSON.stringify(pidFile)}, String(c.pid));`,
    ),
  );
  await here.stage(await here.targetOf());
  const pid = Number(readFileSync(pidFile, 'utf8'));
  expect(pid).toBeGreaterThan(0);
  expect(lives(pid)).toBe(false);
});

describe('a stage that is killed in the middle of its build', () => {
  const STAGE = require.resolve('../support/stage-in-child.ts');

  test('leaves only what the next one removes, and its build writes nothing into the next tree', async () => {
    // An absolute path, as npm, make and compilers write to: only a tree of another name is safe from it.
    const first = join(here.dir, 'first');
    mkdirSync(first, { mode: 0o777 });
    chmodSync(first, 0o777);
    commitBuild(
      node(
        `const fs = require('fs'); const cwd = process.cwd(); const pids = ${JSON.stringify(first)};` +
          `fs.writeFileSync(pids + '/' + process.pid, cwd);` +
          `if (fs.readdirSync(pids).length > 1) { setTimeout(() => {}, 1500); } else {` +
          `setInterval(() => { try { fs.writeFileSync(cwd + '/stray', 'of the killed one'); } catch {} }, 20); }`,
      ),
    );
    const target = await here.targetOf();
    const job = JSON.stringify({ config: here.box.config, target, lockers: here.names });
    const child = spawn(process.execPath, ['--import', 'tsx', STAGE, job], { stdio: 'inherit' });
    await until(() => readdirSync(first).length === 1);
    child.kill('SIGKILL');
    await until(() => child.signalCode !== null);
    const orphan = Number(readdirSync(first)[0]);
    expect(lives(orphan)).toBe(true);
    expect(codeFolders().every((name) => name.startsWith('.tmp-'))).toBe(true);
    try {
      expect((await here.stage(target)).built).toBe(true);
      expect(codeFolders()).toEqual([target.release.code.id]);
      expect(existsSync(join(here.box.paths.code(target.release.code.id), 'stray'))).toBe(false);
      expect(lives(orphan)).toBe(false);
    } finally {
      if (lives(orphan)) process.kill(orphan, 'SIGKILL');
      unlinkSync(join(first, String(orphan)));
    }
  }, 60_000);
});
