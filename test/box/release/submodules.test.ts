/** Submodules as `git clone --recurse-submodules` brings them, and by name what is not brought. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { submoduleUrl } from '../../../box/release/submodule-url';
import { commitTo, inRepo, linkSubmodule, newRepo } from '../support/git-repo';
import { stagedBox } from '../support/staged-box';
import type { StagedBox } from '../support/staged-box';

let here: StagedBox;
let sub: string;
let commit: string;
beforeEach(() => {
  here = stagedBox(['l01']);
  here.code.commit({ 'locker.js': 'run()' });
  here.settings.commit({ 'templates/config.json': '{}' });
  sub = join(here.dir, 'sub');
  commit = newRepo(sub, { 'lib.js': 'lib()', '.gitattributes': 'docs export-ignore\n', 'docs/read.me': 'read' });
});
afterEach(() => here.remove());

const stagedFolder = async () => {
  const target = await here.targetOf();
  await here.stage(target);
  return here.box.paths.code(target.release.code.id);
};
const link = (more: Partial<Parameters<typeof linkSubmodule>[1]> = {}, repo = here.code.repo) =>
  linkSubmodule(repo, { path: 'vendor/sub', url: '../sub', commit, ...more });
const mirrors = () => {
  const folder = join(here.box.paths.root, 'repos/submodules');
  return readdirSync(folder).map((name) => join(folder, name));
};

test('a submodule, and one in it, come by their recorded commits into mirrors of their own', async () => {
  const inner = newRepo(join(here.dir, 'inner'), { 'deep.js': 'deep()' });
  commit = linkSubmodule(sub, { path: 'in', url: '../inner', commit: inner });
  commitTo(sub, { 'later.js': 'not recorded' });
  link();
  const folder = await stagedFolder();
  expect(readFileSync(join(folder, 'vendor/sub/lib.js'), 'utf8')).toBe('lib()');
  expect(readFileSync(join(folder, 'vendor/sub/docs/read.me'), 'utf8')).toBe('read');
  expect(readFileSync(join(folder, 'vendor/sub/in/deep.js'), 'utf8')).toBe('deep()');
  expect(existsSync(join(folder, 'vendor/sub/later.js'))).toBe(false);
  expect(mirrors()).toHaveLength(2);
});

test('a commit that no branch of the submodule reaches is fetched by its id, and no collection of git takes it', async () => {
  inRepo(sub, 'checkout', '--quiet', '--detach');
  commit = commitTo(sub, { 'lib.js': 'rebased()' });
  inRepo(sub, 'update-ref', 'refs/elsewhere/kept', commit);
  inRepo(sub, 'checkout', '--quiet', 'stable');
  link();
  await here.resolve();
  const [mirror = ''] = mirrors();
  execFileSync('git', ['-C', mirror, 'gc', '--quiet', '--prune=now']);
  rmSync(sub, { recursive: true });
  expect(readFileSync(join(await stagedFolder(), 'vendor/sub/lib.js'), 'utf8')).toBe('rebased()');
});

const linked = (gitmodules: string) => {
  commitTo(here.code.repo, { '.gitmodules': gitmodules });
  inRepo(here.code.repo, 'update-index', '--add', '--cacheinfo', `160000,${commit},vendor/sub`);
  inRepo(here.code.repo, 'commit', '--quiet', '-m', 'linked');
};

test.each([
  ['begins with a byte order mark', '\ufeff[submodule "x"]\r\n\tpath = vendor/sub\r\n\turl = ../sub\r\n'],
  [
    'names its path twice, the right one last',
    '[submodule "old"]\n\tpath = vendor/sub\n\turl = ../gone\n[submodule "x"]\n\tpath = vendor/sub\n\turl = ../sub\n',
  ],
])('a .gitmodules that %s is read as git reads it', async (_, gitmodules) => {
  linked(gitmodules);
  expect(readFileSync(join(await stagedFolder(), 'vendor/sub/lib.js'), 'utf8')).toBe('lib()');
});

test('one with `update = none` stays an empty folder', async () => {
  link({ url: '../nowhere', lines: ['update=none'] });
  expect(readdirSync(join(await stagedFolder(), 'vendor/sub'))).toEqual([]);
});

const told = (what: RegExp) => ({
  code: 'ReleaseTreeUnsupported',
  sentence: expect.stringContaining('vendor/sub'),
  evidence: [expect.stringMatching(what)],
});

describe('refused by name at the plan:', () => {
  test.each([
    ['ext::sh -c touch% /tmp/x', /^vendor\/sub: .*helper program/],
    ['-upload-pack=x', /^vendor\/sub: .*option/],
    ['ssh://-oProxyCommand=x/y', /option of ssh/],
    ['-oProxyCommand=x:y', /option/],
    ['ftp://host/x', /scheme ftp/],
  ])('the url %s', async (url, what) => {
    link({ url });
    await expect(here.resolve()).rejects.toMatchObject(told(what));
  });

  test('no entry in .gitmodules', async () => {
    link();
    inRepo(here.code.repo, 'rm', '--quiet', '--cached', '.gitmodules');
    inRepo(here.code.repo, 'commit', '--quiet', '-m', 'forgotten');
    await expect(here.resolve()).rejects.toMatchObject(told(/\.gitmodules does not name it/));
  });

  test('a commit that was never pushed', async () => {
    link({ commit: '4eef65'.repeat(6).concat('abcd') });
    await expect(here.resolve()).rejects.toMatchObject(told(/has no commit 4eef65/));
  });

  test('what is no commit of its repository', async () => {
    link({ commit: inRepo(sub, 'rev-parse', 'HEAD^{tree}') });
    await expect(here.resolve()).rejects.toMatchObject(told(/is no commit/));
  });

  test('an update by a command', async () => {
    link({ lines: ['update=!touch /tmp/x'] });
    await expect(here.resolve()).rejects.toMatchObject(told(/is a command/));
  });

  test('a box that code is pushed to, with the cure', async () => {
    link();
    await here.resolve();
    Object.assign(here.service, { stage: 'push' });
    await expect(here.resolve()).rejects.toMatchObject({ ...told(/not pushed/), cure: expect.stringContaining('stage: push') });
  });
});

test('one whose repository is away is said by its name, and may be tried again', async () => {
  link({ url: '../nowhere' });
  const fault = await here.resolve().catch((error: unknown) => error);
  expect(fault).toMatchObject({ code: 'RepoUnreachable', sentence: expect.stringContaining('vendor/sub'), retryable: true });
});

test('templates may come from a submodule, and programs among them stay programs', async () => {
  chmodSync(sub, 0o755);
  writeFileSync(join(sub, 'start.sh'), '#!/bin/sh\n# {{locker}}\n', { mode: 0o755 });
  commit = commitTo(sub, {});
  link({ path: 'templates/shared' }, here.settings.repo);
  const target = await here.targetOf();
  await here.stage(target);
  const [locker] = here.names;
  if (!locker) throw new Error('no locker');
  const file = join(here.box.paths.version(locker, 1), 'config/shared/start.sh');
  expect(readFileSync(file, 'utf8')).toBe('#!/bin/sh\n# l01\n');
  expect(statSync(file).mode & 0o777).toBe(0o755);
  expect(statSync(join(here.box.paths.version(locker, 1), 'config/config.json')).mode & 0o777).toBe(0o644);
});

test('a submodule beside the templates is nobody’s business', async () => {
  link({ url: 'ext::x', path: 'docs' }, here.settings.repo);
  await expect(here.resolve()).resolves.toBeDefined();
});

test('a file of the box is no submodule of a repository that is elsewhere', () => {
  for (const url of ['file:///etc', '/etc']) {
    expect(submoduleUrl(url, 'https://host/a/b.git')).toMatchObject({ problem: expect.stringContaining('file of the box') });
    expect(submoduleUrl(url, '/srv/a/b.git')).toEqual({ url });
  }
});

// Beyond the host git makes up a host of its own, which we refuse.
const sane = (url: string) => !/^\.(?::|$)/.test(url);

test('relative addresses are counted as git counts them', () => {
  const dir = mkdtempSync(join(tmpdir(), 'lockstep-urls-'));
  try {
    newRepo(dir);
    const parents = [
      'https://h/a/b.git',
      'https://h/a/b.git/',
      'git@h:a/b.git',
      'git@h:b.git',
      '/srv/a/b.git',
      'ssh://u@h:22/a/b',
      'file:///srv/a/b',
    ];
    const written = ['../c.git', './c.git', '../../c.git', '../c.git/', '.././c', './../c'];
    const all = parents.flatMap((parent) => written.map((url) => ({ parent, url })));
    const config = (...args: string[]) => inRepo(dir, 'config', ...args);
    const EMPTY = readFileSync(join(dir, '.git/config'));
    // One `git submodule init` for all addresses of a parent.
    const lines = written.map((url, at) => `[submodule "s${at}"]\n\tpath = s${at}\n\turl = ${url}\n`);
    writeFileSync(join(dir, '.gitmodules'), lines.join(''));
    for (const at of written.keys()) inRepo(dir, 'update-index', '--add', '--cacheinfo', `160000,${'a'.repeat(40)},s${at}`);
    const ofGit = parents.flatMap((parent) => {
      writeFileSync(join(dir, '.git/config'), EMPTY);
      config('remote.origin.url', parent);
      inRepo(dir, 'submodule', '--quiet', 'init');
      return written.map((_, at) => config(`submodule.s${at}.url`));
    });
    for (const [at, { parent, url }] of all.entries()) {
      const expected = ofGit[at] ?? '';
      const ours = submoduleUrl(url, parent);
      if (sane(expected)) expect({ parent, written: url, ...ours }).toEqual({ parent, written: url, url: expected });
      else expect(ours).toHaveProperty('problem');
      expect(submoduleUrl('../../../../../c', parent)).toHaveProperty('problem');
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
