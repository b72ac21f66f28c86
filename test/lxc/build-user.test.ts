/** Who builds a release, and whose it is then: only as root can somebody else be either. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stageRelease } from '../../box/release/stage';
import { Digest } from '../../domain/model/ids';
import { stagedBox } from '../box/support/staged-box';
import type { StagedBox } from '../box/support/staged-box';

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

test('the build runs in the tree as a user without rights, and root owns what it made', async () => {
  commitBuild(node("require('fs').writeFileSync('made.txt', String(process.getuid()))"));
  const wanted = await here.targetOf();
  await here.stage(wanted);
  const made = join(here.box.paths.code(wanted.release.code.id), 'made.txt');
  expect(Number(readFileSync(made, 'utf8'))).toBeGreaterThan(0);
  expect(statSync(made)).toMatchObject({ uid: 0, mode: 0o100644 });
});

test('a file of somebody else in the built tree is refused: to give it to everybody could open it to everybody', async () => {
  commitBuild(
    node(
      `const end = Date.now() + 10000; while (!require('fs').existsSync('foreign') && Date.now() < end) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);`,
    ),
  );
  const staging = faultOf(here.stage(await here.targetOf()));
  const tree = () => codeFolders().find((name) => name.startsWith('.tmp-') && !name.endsWith('.tar'));
  await until(() => tree() !== undefined && statSync(join(here.box.paths.codeRoot, tree() as string)).uid !== 0);
  writeFileSync(join(here.box.paths.codeRoot, tree() as string, 'foreign'), 'of root', { mode: 0o600 });
  expect(await staging).toMatchObject({ code: 'BuildFailed', sentence: expect.stringContaining('foreign') });
  expect(codeFolders()).toEqual([]);
});

test.each(['root', 'nobody-of-that-name'])('%s is no build user, and that is not tried again', async (buildUser) => {
  commitBuild(['true']);
  Object.assign(here.box.config, { buildUser });
  const fault = await faultOf(here.stage(await here.targetOf()));
  expect(fault).toMatchObject({ code: 'BuildFailed', retryable: false, sentence: expect.stringContaining(buildUser) });
});

/** A tar of one file, as it lies on the box when it was pushed. */
function pushed(name: string) {
  const packed = join(here.dir, 'packed');
  mkdirSync(join(packed, 'node_modules'), { recursive: true });
  writeFileSync(join(packed, name), 'evil');
  const tar = join(here.dir, 'packed.tar');
  execFileSync('tar', ['-cf', tar, '-C', packed, name]);
  const bytes = readFileSync(tar);
  const digest = Digest.parse(createHash('sha256').update(bytes).digest('hex'));
  mkdirSync(here.box.paths.incomingRoot, { recursive: true });
  renameSync(tar, here.box.paths.incoming(digest));
  return { digest, bytes: bytes.length };
}

test('packed dependencies can not be written through a link of the release to a place outside of it', async () => {
  const outside = join(here.dir, 'outside');
  mkdirSync(outside);
  symlinkSync(outside, join(here.code.repo, 'node_modules'));
  commitBuild(['true']);
  const params = { target: await here.targetOf(), lockers: here.names, freeBytesNeeded: 0, packed: pushed('node_modules/evil') };
  const staging = stageRelease(here.box, params, { token: 't', by: 'test', progress: () => {} });
  expect(await faultOf(staging)).toMatchObject({ code: 'BuildFailed', sentence: expect.stringContaining('unpacked') });
  expect(readdirSync(outside)).toEqual([]);
});
