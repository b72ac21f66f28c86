/** What a check-out could not write as it is listed is refused at the plan, by its name. */
import { commitRaw, inRepo } from '../support/git-repo';
import { stagedBox } from '../support/staged-box';
import type { StagedBox } from '../support/staged-box';

let here: StagedBox;
beforeEach(() => {
  here = stagedBox(['l01']);
  here.code.commit({ 'locker.js': 'run()' });
  here.settings.commit({ 'templates/config.json': '{}' });
});
afterEach(() => here.remove());

const refused = (evidence: readonly string[]) => ({
  code: 'ReleaseTreeUnsupported',
  retryable: false,
  evidence: evidence.map((line) => expect.stringContaining(line) as string),
});

test('a name that no file system takes', async () => {
  const name = 'ä'.repeat(128);
  commitRaw(here.code.repo, [{ name, content: 'x' }]);
  await expect(here.resolve()).rejects.toMatchObject(refused([`${name}: its name is too long`]));
  commitRaw(here.code.repo, [{ name: name.slice(1), content: 'x' }]);
  await here.stage(await here.targetOf());
});

test('a path that is too long with the folders of the box before it', async () => {
  let tree = commitRaw(here.code.repo, [{ name: 'file', content: 'x' }]);
  for (let depth = 0; depth < 18; depth++)
    tree = commitRaw(here.code.repo, [{ mode: '40000', name: 'd'.repeat(200), content: tree }]);
  await expect(here.resolve()).rejects.toMatchObject(refused(['/file: its name is too long']));
});

test('a tree that has a name as a link and as a folder', async () => {
  const inner = commitRaw(here.code.repo, [{ name: 'x', content: 'x' }]);
  commitRaw(here.code.repo, [
    { mode: '120000', name: 'a', content: '/tmp' },
    { mode: '40000', name: 'a', content: inner },
  ]);
  await expect(here.resolve()).rejects.toMatchObject(refused(['a: its name is in the tree twice']));
});

test.each([
  ['an encoding that nobody knows', 'NO-SUCH', 'hi\n'],
  ['letters that its encoding has not', 'ISO-8859-1', '測\n'],
])('a text with %s, which git writes as it is', async (_, encoding, content) => {
  commitRaw(here.code.repo, [
    { name: '.gitattributes', content: `*.txt text working-tree-encoding=${encoding}\n` },
    { name: 'ä.txt', content },
  ]);
  await expect(here.resolve()).rejects.toMatchObject(refused([`ä.txt: git on the box can not write it in ${encoding}`]));
});

test('a name with modes of an elder git is none', async () => {
  commitRaw(here.code.repo, [
    { mode: '100664', name: 'a', content: 'x' },
    { mode: '100775', name: 'b', content: 'x' },
  ]);
  await here.stage(await here.targetOf());
  expect(inRepo(here.code.repo, 'ls-tree', 'stable')).toContain('100644');
});
