/** A release that can not be had, a disk without room, a box that somebody else holds: refused before any locker is touched. */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { endLockerd } from '../../sandbox/box-processes';
import { fastImport } from '../../sandbox/fast-import';
import { git, initBare } from '../../sandbox/git';
import { boxNamed, openSandbox } from '../../sandbox/find-box';
import { anInstallation, finishedOf } from '../support/installation';
import type { Installation } from '../support/installation';
import { expectSteady, lockersOf, notASandbox, toldBy, withFleet, withLockerd } from '../support/steady-box';

jest.setTimeout(300_000);

const policy = {
  maxDown: 2,
  batches: ['rest'],
  verify: { stable: '1s', goodProbes: 2 },
  soak: { canary: '0s', batch: '0s' },
  gates: 'none',
};
let here: Installation;
let before: Awaited<ReturnType<typeof lockersOf>>;
beforeAll(async () => {
  here = await anInstallation({ lockers: 2, policy });
  await notASandbox(here.sandbox);
  before = await lockersOf(here.sandbox);
});
afterAll(() => here?.close());
afterEach(async () => {
  if (!expect.getState().currentTestName?.startsWith('after all that')) await expectSteady(here.sandbox, before);
});

const stopLockerd = async () => endLockerd(boxNamed((await openSandbox(here.sandbox.dir)).state, here.sandbox.box));
const exec = async (...argv: readonly string[]) => {
  const ran = await here.sandbox.exec(...argv);
  if (ran.code !== 0) throw new Error(`${argv.join(' ')} → ${ran.code}\n${ran.stderr}`);
  return ran;
};

test('a ref that does not exist: the refs that do', async () => {
  const told = toldBy(await here.rollout('--yes', '--ref', 'stabel'));
  expect(told).toMatchObject({ exit: 1, code: 'RefUnknown' });
  expect(told.sentence).toContain('"stabel"');
  expect(told.evidence).toEqual(expect.arrayContaining(['stable', 'broken', 'v1', 'v2']));
});

test('a commit that does not exist, and one cut short', async () => {
  for (const ref of ['4eef65'.repeat(6).concat('abcd'), '4eef65']) {
    expect(toldBy(await here.rollout('--yes', '--ref', ref))).toMatchObject({ exit: 1, code: 'RefUnknown' });
  }
});

const noRepository = (fleet: { services: { locker: { code: { repo: string } } } }) => {
  fleet.services.locker.code.repo = '/nowhere/locker.git';
};

test('a repository that is not there: what git said', async () => {
  const told = await withFleet(here.sandbox, noRepository, async () => toldBy(await here.rollout('--yes')));
  expect(told).toMatchObject({ exit: 1, code: 'RepoUnreachable' });
  expect(told.evidence.join('\n')).toMatch(/\/nowhere\/locker\.git/);
});

test('a build that fails: its command, exit code and last lines', async () => {
  const ended = await here.rollout('--yes', '--ref', 'bad-build');
  expect(toldBy(ended)).toMatchObject({
    exit: 1,
    code: 'BuildFailed',
    sentence: expect.stringContaining('node compile-templates.js'),
    evidence: expect.arrayContaining([expect.stringMatching(/Cannot find module/)]),
  });
  expect(finishedOf(ended)).toMatchObject({ kind: 'finished', state: 'failed' });
});

const noGreeting = (fleet: { services: { locker: { values: Record<string, unknown> } } }) => {
  delete fleet.services.locker.values['greeting'];
};

test('a template that nobody gives a value for', async () => {
  const told = await withFleet(here.sandbox, noGreeting, async () => toldBy(await here.rollout('--yes')));
  expect(told).toMatchObject({ exit: 1, code: 'TemplateInvalid' });
  expect(told.sentence).toMatch(/config\.json:\d+ asks for \{\{greeting\}\}/);
});

test('a box that somebody else holds: who, and since when', async () => {
  await withLockerd(here.sandbox, async (lockerd) => {
    const lease = await lockerd.call('take-lease', { holder: 'local:bob', by: 'bob', force: false });
    const told = toldBy(await here.rollout('--yes'));
    expect(told).toMatchObject({ exit: 1, code: 'HeldBy' });
    expect(told.sentence).toContain(`local:bob (bob) holds the box since ${lease.since}`);
    expect(await lockerd.call('inspect', { target: null })).toMatchObject({ lease });
    await lockerd.call('release-lease', { holder: lease.holder, generation: lease.generation });
  });
});

test('less room on the disk than box.json leaves free: the stage is refused with the figures', async () => {
  const { boxConfig } = here.sandbox.boxLayout;
  const text = await readFile(boxConfig, 'utf8');
  await stopLockerd();
  await writeFile(boxConfig, JSON.stringify({ ...JSON.parse(text), minFreeBytes: 2 ** 50 }));
  try {
    const told = toldBy(await here.rollout('--yes'));
    expect(told).toMatchObject({ exit: 1, code: 'DiskFull' });
    expect(told.evidence.join('\n')).toMatch(new RegExp(`\\d+ bytes are free, \\d+ are needed \\(minFreeBytes ${2 ** 50}`));
  } finally {
    await stopLockerd();
    await writeFile(boxConfig, text);
  }
});

/** The box sees its root folder on a small disk of its own, with all that was in it; the lockers keep what they have mounted. */
async function onASmallDisk(work: (root: string) => Promise<void>): Promise<void> {
  const { root } = here.sandbox.boxLayout;
  const aside = `${here.sandbox.boxLayout.folder}/aside`;
  await stopLockerd();
  await exec('cp', '-a', root, aside);
  await exec('mount', '-t', 'tmpfs', '-o', 'size=32m,mode=755', 'tmpfs', root);
  try {
    await exec('cp', '-a', `${aside}/.`, root);
    await work(root);
  } finally {
    await stopLockerd();
    await exec('umount', root);
    await exec('rm', '-rf', aside);
  }
}

test('a full disk: said before anything is started, also when there is new code to fetch and not one byte left', async () => {
  await onASmallDisk(async (root) => {
    const low = toldBy(await here.rollout('--yes'));
    expect(low).toMatchObject({ exit: 1, code: 'DiskFull', sentence: expect.stringMatching(/lxc12 has \d+ MiB/) });

    await here.sandbox.commit({ message: 'There is no room for it' });
    await here.sandbox.exec('dd', 'if=/dev/zero', `of=${root}/filler`, 'bs=64k');
    const full = toldBy(await here.rollout('--yes'));
    expect(full).toMatchObject({ exit: 1, code: 'DiskFull' });
    expect(full.evidence.join('\n')).toContain('No space left on device');

    // Whoever restarts it on a full disk can look at the lockers all the same.
    await stopLockerd();
    const status = await here.sandbox.exec('lockerctl', 'status');
    expect(status).toMatchObject({ code: 0, stdout: expect.stringContaining('held by nobody') });
  });
});

test('a submodule that the release does not say where to get: refused by the plan, by its name', async () => {
  await commitOn('half-linked', link(await git(here.sandbox.layout.codeRepo, ['rev-parse', 'refs/heads/stable'])));
  const told = toldBy(await here.rollout('--yes', '--ref', 'half-linked'));
  expect(told).toMatchObject({ exit: 1, code: 'ReleaseTreeUnsupported' });
  expect(told.evidence).toEqual([expect.stringMatching(/^vendor\/lib: .*\.gitmodules/)]);
});

const inline = (mode: string, path: string, text: string) =>
  `M ${mode} inline ${path}\ndata ${Buffer.byteLength(text)}\n${text}\n`;
const link = (commit: string) => `M 160000 ${commit} vendor/lib\n`;

async function commitOn(branch: string, changes: string): Promise<void> {
  const { codeRepo } = here.sandbox.layout;
  const head = `commit refs/heads/${branch}\ncommitter Test <test@lockstep.invalid> ${Math.floor(Date.now() / 1_000)} +0000\n`;
  const from = await git(codeRepo, ['rev-parse', 'refs/heads/stable']);
  await git(codeRepo, ['fast-import', '--quiet'], `${head}data 4\ntest\nfrom ${from}\n${changes}\n`);
}

/** A submodule beside the code, a program in a folder that `git archive` leaves out, and a keyword that it would fill in. */
async function commitWholeTree(): Promise<void> {
  const library = join(dirname(here.sandbox.layout.codeRepo), 'library.git');
  await initBare(library);
  const files = { 'lib.js': 'lib()\n' };
  const commit = { branch: 'stable', from: null, message: 'Library\n', at: 1_700_000_000, files };
  await git(library, ['fast-import', '--quiet'], fastImport([commit]));
  const changes = [
    link(await git(library, ['rev-parse', 'refs/heads/stable'])),
    inline('100644', '.gitmodules', '[submodule "lib"]\n\tpath = vendor/lib\n\turl = ../library.git\n'),
    inline('100644', '.gitattributes', 'tools export-ignore\nversion.txt export-subst\n'),
    inline('100755', 'tools/run.sh', '#!/bin/sh\n'),
    inline('100644', 'version.txt', '$Format:%D$\n'),
  ];
  await commitOn('stable', changes.join(''));
}

test('after all that, an ordinary rollout updates every locker, and each has the whole tree of its commit', async () => {
  await commitWholeTree();
  const ended = await here.rollout('--yes');
  expect(ended.code).toBe(0);
  expect(finishedOf(ended)).toMatchObject({ state: 'succeeded', counts: { planned: 2, updated: 2 } });
  for (const locker of here.sandbox.lockers) {
    const code = join(here.sandbox.boxLayout.root, 'lockers', locker, 'current/code');
    expect(await readFile(join(code, 'vendor/lib/lib.js'), 'utf8')).toBe('lib()\n');
    expect(await readFile(join(code, 'version.txt'), 'utf8')).toBe('$Format:%D$\n');
    expect((await stat(join(code, 'tools/run.sh'))).mode & 0o777).toBe(0o755);
  }
});
