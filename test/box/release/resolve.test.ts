import { execFileSync } from 'node:child_process';
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
