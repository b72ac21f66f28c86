/** The worker's own mirrors and bundles: a cache that dies and comes again, and that several workers share. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeGitSource } from '../../activities/adapters/git/make-git-source';
import type { Sha } from '../../domain/model/ids';

jest.setTimeout(300_000);

let folder: string;
let repo: string;
const git = (...args: string[]) => execFileSync('git', ['-C', repo, ...args], { encoding: 'utf8' }).trim();
const commit = (text: string): Sha => {
  writeFileSync(join(repo, 'file'), text);
  git('add', '-A');
  git('-c', 'user.name=Test', '-c', 'user.email=test@example.invalid', 'commit', '--quiet', '-m', text);
  return git('rev-parse', 'HEAD') as Sha;
};
const source = () => makeGitSource(join(folder, 'worker'));
const mirror = () => join(folder, 'worker/mirrors', readdirSync(join(folder, 'worker/mirrors'))[0] ?? '');
const bundles = () => readdirSync(join(folder, 'worker/bundles'));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-source-'));
  repo = join(folder, 'repo');
  execFileSync('git', ['init', '--quiet', '--initial-branch=stable', repo]);
  commit('one');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a branch is resolved as it is now, a full commit by itself', async () => {
  const one = (await source().resolve(repo, 'stable')).commit;
  const two = commit('two');
  expect(await source().resolve(repo, 'stable')).toEqual({ commit: two, ref: 'refs/heads/stable' });
  expect(await source().resolve(repo, one)).toEqual({ commit: one, ref: null });
});

test('workers that share a folder and begin at once all get the same bytes', async () => {
  const { commit: wanted } = await source().resolve(repo, 'stable');
  rmSync(join(folder, 'worker'), { recursive: true });
  const files = await Promise.all([1, 2, 3].map(() => source().bundle(repo, wanted, [])));
  expect(new Set(files.map(({ digest }) => digest)).size).toBe(1);
  expect(bundles()).toHaveLength(1);
});

test('the same bundle is not made again, a day-old one goes', async () => {
  const one = (await source().resolve(repo, 'stable')).commit;
  const first = await source().bundle(repo, one, []);
  expect((await source().bundle(repo, one, [])).digest).toBe(first.digest);
  const [name = ''] = bundles();
  const longAgo = new Date(Date.now() - 25 * 60 * 60_000);
  utimesSync(join(folder, 'worker/bundles', name), longAgo, longAgo);
  await source().bundle(repo, commit('two'), [one]);
  expect(bundles()).toHaveLength(1);
  expect(bundles()).not.toContain(name);
});

test('a commit that somebody has and the repository does not is no reason to leave out anything', async () => {
  const wanted = commit('two');
  const file = await source().bundle(repo, wanted, ['f'.repeat(40) as Sha]);
  const path = join(folder, 'whole.bundle');
  writeFileSync(path, await file.read(0, file.bytes));
  expect(execFileSync('git', ['-C', repo, 'bundle', 'verify', path], { encoding: 'utf8', stdio: 'pipe' })).toContain(
    'complete history',
  );
});

test('a lock that a git left long ago does not stop every later fetch', async () => {
  await source().resolve(repo, 'stable');
  const lock = join(mirror(), 'refs/heads/stable.lock');
  writeFileSync(lock, '');
  const two = commit('two');
  await expect(source().resolve(repo, 'stable')).rejects.toMatchObject({ code: 'RepoUnreachable', retryable: true });
  const longAgo = new Date(Date.now() - 60 * 60_000);
  utimesSync(lock, longAgo, longAgo);
  expect((await source().resolve(repo, 'stable')).commit).toBe(two);
  expect(existsSync(lock)).toBe(false);
});

test('a commit that was force-pushed away before it was fetched is said so', async () => {
  await expect(source().bundle(repo, 'a'.repeat(40) as Sha, [])).rejects.toMatchObject({ code: 'RefUnknown' });
});
