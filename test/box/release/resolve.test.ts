import { execFileSync, spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { VERBS } from '../../../domain/protocol/verbs';
import { aServiceConfig } from '../../support/builders';
import { stagedBox } from '../support/staged-box';
import type { StagedBox } from '../support/staged-box';

let here: StagedBox;
let first: string;
beforeEach(() => {
  here = stagedBox();
  first = here.code.commit({ 'locker.js': '1' }, 'First');
  here.settings.commit({ 'templates/config.json': '{}' }, 'First settings');
});
afterEach(() => here.remove());

test('a branch, a tag and a full commit resolve to one commit and one release id', async () => {
  execFileSync('git', ['-C', here.code.repo, 'tag', 'v1']);
  const releases = await Promise.all(['stable', 'v1', first].map(async (ref) => (await here.resolve(ref)).release));
  expect(new Set(releases.map(({ id }) => id)).size).toBe(1);
  expect(releases[0]?.code).toMatchObject({ revision: first, build: `1-g${first.slice(0, 12)}` });
  expect(releases[0]?.label).toMatch(new RegExp(`^stable-\\d{8}-g${first.slice(0, 6)}$`));
  expect(releases[2]?.label).toMatch(new RegExp(`^\\d{8}-g${first.slice(0, 6)}$`));
});

test('a ref that does not exist is refused with the refs that do', async () => {
  await expect(here.resolve('stabel')).rejects.toMatchObject({ code: 'RefUnknown', evidence: ['it has:', 'stable'] });
});

test('a repository that is away is said so with the last lines of git', async () => {
  const { service } = here;
  service.code.repo = `${here.dir}/nowhere`;
  await expect(here.resolve()).rejects.toMatchObject({ code: 'RepoUnreachable' });
});

test('a force-pushed branch is followed', async () => {
  await here.resolve();
  execFileSync('git', [
    '-C',
    here.code.repo,
    '-c',
    'user.name=T',
    '-c',
    'user.email=t@example.invalid',
    'commit',
    '-q',
    '--amend',
    '-m',
    'Other',
  ]);
  const { release } = await here.resolve();
  expect(release.code.revision).not.toBe(first);
});

const inMirror = (path: string) => join(here.box.paths.codeMirror(here.service.name), path);

describe('after a lockerd that died while git fetched', () => {
  test('locks and half a pack that its git left do not stand in the way, and go', async () => {
    await here.resolve();
    const left = ['packed-refs.lock', 'refs/heads/stable.lock', 'objects/pack/tmp_pack_x1', 'shallow.lock'].map(inMirror);
    for (const file of left) writeFileSync(file, '');
    const second = here.code.commit({ 'locker.js': '2' }, 'Second');
    expect((await here.resolve()).release.code.revision).toBe(second);
    expect(left.filter((file) => existsSync(file))).toEqual([]);
  });

  test('a branch with a name like that of a half pack stays', async () => {
    execFileSync('git', ['-C', here.code.repo, 'branch', 'tmp_pack_x1']);
    await here.resolve();
    await expect(here.resolve('tmp_pack_x1')).resolves.toMatchObject({ release: { code: { revision: first } } });
  });

  test('its git, where it still runs, is ended before its lock goes', async () => {
    await here.resolve();
    const env = { ...process.env, LOCKSTEP_MIRROR: inMirror('/') };
    const left = spawn('sleep', ['60'], { env, stdio: 'ignore' });
    const ended = new Promise((resolve) => void left.once('exit', (_, signal) => resolve(signal)));
    writeFileSync(inMirror('packed-refs.lock'), '');
    await here.resolve();
    expect(await ended).toBe('SIGKILL');
  });
});

test('the changes are those since the release that lockers have, newest first', async () => {
  const target = await here.targetOf();
  await here.stage(target);
  here.code.commit({ 'locker.js': '2' }, 'Second');
  here.code.commit({ 'locker.js': '3' }, 'Third');
  here.settings.commit({ 'templates/config.json': '{"a":1}' }, 'More settings');
  const { changes } = await here.resolve('stable', target.release.id);
  expect(changes.code.map((line) => line.split(' ').slice(1).join(' '))).toEqual(['Third', 'Second']);
  expect(changes.config).toHaveLength(1);
});

const asked = (codeRef: string) =>
  VERBS.resolve.params.safeParse({ service: aServiceConfig(), codeRef, configRef: 'stable', since: null }).success;
const staged = (locker: string) => VERBS.stage.params.shape.lockers.safeParse([locker]).success;

describe('at the door', () => {
  test.each(["a'b", 'a"b', 'a\nb', 'a\n', '$(id)', '`id`', 'a b', '-a', '--upload-pack=x', 'a..b', 'a;b', '\0', ''])(
    'neither a ref nor a locker is named %j',
    (name) => {
      expect([asked('stable'), staged('l01')]).toEqual([true, true]);
      expect(asked(name)).toBe(false);
      expect(staged(name)).toBe(false);
    },
  );

  test.each(['../../etc', 'a/b', '.', '..', 'A', 'a'.repeat(33)])('no locker is named %j', (name) =>
    expect(staged(name)).toBe(false),
  );
});
