/** Real git, no box. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commitRevision } from '../../sandbox/commit-revision';
import { git } from '../../sandbox/git';
import { makeRepos } from '../../sandbox/make-repos';
import { sandboxLayout } from '../../sandbox/sandbox-layout';

const dir = mkdtempSync(join(tmpdir(), 'lockstep-repos-'));
const layout = sandboxLayout(dir);
const show = (ref: string, file: string) => git(layout.codeRepo, ['show', `${ref}:${file}`]);

beforeAll(() => makeRepos(layout));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test('stable has several revisions, two of them tagged, with messages that read like a changelog', async () => {
  const subjects = (await git(layout.codeRepo, ['log', '--format=%s', 'stable'])).split('\n');
  expect(subjects.length).toBeGreaterThanOrEqual(3);
  expect(await git(layout.codeRepo, ['tag'])).toBe('v1\nv2');
  expect(await git(layout.codeRepo, ['log', '-1', '--format=%b', 'stable~2'])).toContain('SIGTERM waits for work in flight.');
});

test('the first revision is a whole service and not the newest one', async () => {
  const files = (await git(layout.codeRepo, ['ls-tree', '--name-only', 'v1'])).split('\n');
  expect(files).toEqual(expect.arrayContaining(['locker.js', 'lockstep.json', 'release.json', 'CHANGELOG.md']));
  expect(await git(layout.codeRepo, ['rev-parse', 'v1^{commit}'])).not.toBe(await git(layout.codeRepo, ['rev-parse', 'stable']));
});

test.each(['broken', 'wrong-build', 'bad-build', 'slow-build'])(
  'the branch %s continues stable by one revision',
  async (branch) => {
    expect(await git(layout.codeRepo, ['rev-list', '--count', `stable..${branch}`])).toBe('1');
  },
);

test('two sandboxes have the same revisions', async () => {
  const other = sandboxLayout(join(dir, 'other'));
  await makeRepos(other);
  for (const ref of ['stable', 'v1', 'broken']) {
    expect(await git(other.codeRepo, ['rev-parse', ref])).toBe(await git(layout.codeRepo, ['rev-parse', ref]));
  }
});

test('made again, the repositories keep what was committed since', async () => {
  const { sha } = await commitRevision(layout, { message: 'Something new' });
  await makeRepos(layout);
  expect(await git(layout.codeRepo, ['rev-parse', 'stable'])).toBe(sha);
});

test('a commit has a version of its own, the changelog says its message, and its build counts commits', async () => {
  const before = JSON.parse(await show('stable', 'release.json')) as { version: string };
  const { sha, build } = await commitRevision(layout, { message: 'Sync "photos"\tin one go' });
  const after = JSON.parse(await show('stable', 'release.json')) as { version: string };
  expect(after.version).not.toBe(before.version);
  expect(await show('stable', 'CHANGELOG.md')).toContain('Sync "photos"\tin one go');
  expect(build).toBe(`${await git(layout.codeRepo, ['rev-list', '--count', 'stable'])}-g${sha.slice(0, 12)}`);
});

test('a broken commit is followed by a whole one', async () => {
  await commitRevision(layout, { message: 'Oops', broken: true });
  expect(await show('stable', 'release.json')).toContain('storage');
  await commitRevision(layout, { message: 'Mend' });
  expect(await show('stable', 'release.json')).not.toContain('storage');
});

test('a config commit changes the template and leaves the code alone', async () => {
  const code = await git(layout.codeRepo, ['rev-parse', 'stable']);
  for (const message of ['one', 'two']) await commitRevision(layout, { message, config: true });
  const template = await git(layout.configRepo, ['show', 'stable:templates/config.json']);
  expect(template.match(/"revision": \d+,/g)).toEqual(['"revision": 4,']);
  expect(template).toContain('"port": {{port}}');
  expect(await git(layout.codeRepo, ['rev-parse', 'stable'])).toBe(code);
});

test('a commit on a new branch begins at stable', async () => {
  await commitRevision(layout, { message: 'Try this', branch: 'try', misbehave: 'flap' });
  expect(await git(layout.codeRepo, ['rev-list', '--count', 'stable..try'])).toBe('1');
  expect(await show('try', 'release.json')).toContain('"misbehave": "flap"');
});
