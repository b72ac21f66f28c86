/** Git LFS as a clone has it, with the real git-lfs: a layer that demands the package, so that CI never leaves it out. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { objectOf } from '../../box/release/large-files';
import { commitRaw, commitTo, inRepo, linkSubmodule, newRepo } from '../box/support/git-repo';
import { stagedBox } from '../box/support/staged-box';
import type { StagedBox } from '../box/support/staged-box';

const LOOKS_LIKE_ONE = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 12\n`;
const content = randomBytes(200_000);

let here: StagedBox;
let author: string;
let before: NodeJS.ProcessEnv;
beforeEach(() => {
  before = { ...process.env };
  here = stagedBox(['l01']);
  here.settings.commit({ 'templates/config.json': '{}' });
  author = join(here.dir, 'author');
  newRepo(author);
  rmSync(here.code.repo, { recursive: true });
  publish(author, here.code.repo, { 'model.bin': content, 'small.bin': 'hello\n', 'empty.bin': '', 'locker.js': 'run()' });
});
afterEach(() => {
  process.env = before;
  here.remove();
});

/** By `git lfs`, as its author does: pointers to a bare repository, contents beside them. */
function publish(repo: string, origin: string, files: Readonly<Record<string, string | Buffer>>): string {
  execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=stable', origin]);
  inRepo(repo, 'config', 'remote.origin.url', origin);
  inRepo(repo, 'lfs', 'install', '--local');
  inRepo(repo, 'config', 'lfs.allowincompletepush', 'true');
  const attributes = '*.bin filter=lfs diff=lfs merge=lfs -text\n';
  const commit = commitTo(repo, { '.gitattributes': attributes, 'look.txt': LOOKS_LIKE_ONE, ...files });
  inRepo(repo, 'push', '--quiet', 'origin', 'stable');
  return commit;
}

const staged = async () => {
  const target = await here.targetOf();
  await here.stage(target);
  return here.box.paths.code(target.release.code.id);
};
const oidIn = (repo: string, path: string) => /sha256:(\w+)/.exec(inRepo(repo, 'show', `HEAD:${path}`))?.[1] ?? '';

test('large files have their content, and a text that looks like a pointer is left as it is', async () => {
  const folder = await staged();
  expect(readFileSync(join(folder, 'model.bin')).equals(content)).toBe(true);
  expect(readFileSync(join(folder, 'small.bin'), 'utf8')).toBe('hello\n');
  expect(readFileSync(join(folder, 'empty.bin'), 'utf8')).toBe('');
  expect(readFileSync(join(folder, 'look.txt'), 'utf8')).toBe(LOOKS_LIKE_ONE);
});

test('what .lfsconfig or the box leaves out of a fetch is there all the same', async () => {
  publish(author, here.code.repo, { '.lfsconfig': '[lfs]\n\tfetchexclude = *\n' });
  Object.assign(process.env, { GIT_LFS_SKIP_SMUDGE: '1' });
  expect(readFileSync(join(await staged(), 'model.bin')).equals(content)).toBe(true);
});

test('those of a submodule come from where the submodule does', async () => {
  const library = join(here.dir, 'library');
  newRepo(library);
  const commit = publish(library, join(here.dir, 'library.git'), { 'sub.bin': 'of the submodule' });
  linkSubmodule(author, { path: 'lib', url: '../library.git', commit });
  inRepo(author, 'push', '--quiet', 'origin', 'stable');
  expect(readFileSync(join(await staged(), 'lib/sub.bin'), 'utf8')).toBe('of the submodule');
});

const other = (name: string, change: (pointer: string) => string, attributes = '*.bin filter=lfs -text\n') => {
  const pointer = inRepo(author, 'show', 'HEAD:small.bin');
  commitRaw(here.code.repo, [
    { name: '.gitattributes', content: attributes },
    { name, content: change(`${pointer}\n`) },
  ]);
};

describe('a pointer that nobody wrote by git-lfs', () => {
  test.each<[string, (pointer: string) => string]>([
    ['has ends of line as on Windows', (pointer) => pointer.replaceAll('\n', '\r\n')],
    ['has empty lines', (pointer) => `\n${pointer}\n`],
    ['has the address of the first git-lfs', (pointer) => pointer.replace(/https.*v1/, 'http://git-media.io/v/2')],
  ])('and that %s has its content, as in a clone', async (_, change) => {
    other('other.bin', change);
    expect(readFileSync(join(await staged(), 'other.bin'), 'utf8')).toBe('hello\n');
  });

  test.each<[string, (pointer: string) => string]>([
    ['in another order', (pointer) => pointer.replace(/(oid.*)\n(size.*)/, '$2\n$1')],
    ['with a line too many', (pointer) => `${pointer}more of it\n`],
  ])('and that git-lfs leaves as a text, one %s, is that text', async (_, change) => {
    other('other.bin', change);
    expect(readFileSync(join(await staged(), 'other.bin'), 'utf8')).toMatch(/^version/);
  });

  test.each<[string, RegExp, (pointer: string) => string, string]>([
    [
      'has an extension',
      /the extension case of/,
      (pointer) => pointer.replace('oid', `ext-0-case sha256:${'0'.repeat(64)}\noid`),
      '*.bin filter=lfs -text\n',
    ],
    ['is encoded', /working-tree-encoding/, (pointer) => pointer, '*.bin filter=lfs text working-tree-encoding=UTF-16LE\n'],
  ])('and that %s is refused by name at the plan', async (_, said, change, attributes) => {
    other('other.bin', change, attributes);
    await expect(here.resolve()).rejects.toMatchObject({
      code: 'ReleaseTreeUnsupported',
      evidence: [expect.stringMatching(new RegExp(`^other\\.bin: .*${said.source}`))],
    });
  });

  test('and that says it is empty is an empty file', async () => {
    other('other.bin', (pointer) => pointer.replace(/size \d+/, 'size 0'));
    expect(readFileSync(join(await staged(), 'other.bin'), 'utf8')).toBe('');
  });
});

test('a content that is nowhere is refused at the plan, by the name of the file', async () => {
  rmSync(join(here.code.repo, 'lfs'), { recursive: true });
  await expect(here.resolve()).rejects.toMatchObject({
    code: 'ReleaseTreeUnsupported',
    evidence: [expect.stringMatching(/^model\.bin: .*Git LFS/), expect.stringMatching(/^small\.bin: /)],
    cure: expect.stringContaining('git lfs push'),
  });
});

test('a content that was spoiled on the box is found out, and fetched anew', async () => {
  const target = await here.targetOf();
  const mirror = here.box.paths.codeMirror(here.service.name);
  const object = objectOf(mirror, oidIn(author, 'small.bin'));
  // Of a local origin git-lfs makes a hard link: written in place, the origin's were spoiled, too.
  rmSync(object);
  writeFileSync(object, 'HELLO\n');
  await expect(here.stage(target)).rejects.toMatchObject({ evidence: [expect.stringMatching(/^small\.bin: .*pointer/)] });
  expect(readFileSync(join(await staged(), 'small.bin'), 'utf8')).toBe('hello\n');
});

test('contents that no release asked for in a month go when others come', async () => {
  await here.resolve();
  const mirror = here.box.paths.codeMirror(here.service.name);
  const [old, stays] = [objectOf(mirror, oidIn(author, 'small.bin')), objectOf(mirror, oidIn(author, 'model.bin'))];
  publish(author, here.code.repo, { 'small.bin': 'another\n' });
  await here.resolve();
  expect([existsSync(old), existsSync(stays)]).toEqual([true, true]);
  publish(author, here.code.repo, { 'small.bin': 'a third\n' });
  Object.assign(here.box, { now: () => Date.now() + 31 * 24 * 60 * 60_000 });
  await here.resolve();
  expect([existsSync(old), existsSync(stays)]).toEqual([false, true]);
});

test('an address in .lfsconfig that a release may not name is refused at the plan', async () => {
  publish(author, here.code.repo, { '.lfsconfig': '[lfs]\n\turl = ssh://-oProxyCommand=x/y\n' });
  await expect(here.resolve()).rejects.toMatchObject({
    code: 'ReleaseTreeUnsupported',
    evidence: [expect.stringMatching(/^\.lfsconfig: .*option of ssh/)],
  });
});

test('without git-lfs on the box the plan names the files and the package', async () => {
  const bin = mkdtempSync(join(here.dir, 'bin-'));
  const git = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'git'))
    .find((file) => existsSync(file));
  symlinkSync(git ?? '', join(bin, 'git'));
  process.env['PATH'] = bin;
  await expect(here.resolve()).rejects.toMatchObject({
    code: 'ReleaseTreeUnsupported',
    evidence: [expect.stringMatching(/^model\.bin: .*no git-lfs/), expect.stringMatching(/^small\.bin: /)],
    cure: expect.stringContaining('apt-get install git-lfs'),
  });
});
