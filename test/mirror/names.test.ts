/** The ref that was asked for, by its exact name, or an error: on the box and on the worker. */
import { OWNERS, twoMirrors } from './support/two-mirrors';
import type { TwoMirrors } from './support/two-mirrors';

let here: TwoMirrors;
beforeEach(() => {
  here = twoMirrors();
});
afterEach(() => here.remove());

describe.each(OWNERS)('on the %s', (owner) => {
  const unknown = { code: 'RefUnknown', retryable: false };

  test('a name that ends as `git describe` prints is that name, and the tag’s commit', async () => {
    const name = `release-9-g${here.first.slice(0, 7)}`;
    here.git('tag', name, here.second);
    expect(await here.resolve(owner, name)).toBe(here.second);
    here.git('branch', `${name}-b`, here.second);
    expect(await here.resolve(owner, `${name}-b`)).toBe(here.second);
  });

  test('what `git rev-parse` would find without such a ref is no ref', async () => {
    const short = here.first.slice(0, 7);
    for (const name of [
      `nosuchbranch-g${short}`,
      `stable-20261120-g${here.first.slice(0, 6)}`,
      `v1-0-g${here.first}`,
      short,
      'HEAD',
    ])
      await expect(here.resolve(owner, name)).rejects.toMatchObject(unknown);
    await expect(here.resolve(owner, `stable-20261120-g${here.first.slice(0, 6)}`)).rejects.toMatchObject({
      cure: expect.stringContaining('label of a release') as string,
    });
    await expect(here.resolve(owner, short)).rejects.toMatchObject({ cure: expect.stringContaining('40 digits') as string });
  });

  test('a full commit id is that commit, whatever branch has that name', async () => {
    here.git('update-ref', `refs/heads/${here.first}`, here.second);
    here.git('update-ref', `refs/tags/${here.first}`, here.second);
    expect(await here.resolve(owner, here.first)).toBe(here.first);
    expect(await here.resolve(owner, here.first.toUpperCase())).toBe(here.first);
    expect(await here.resolve(owner, `refs/heads/${here.first}`)).toBe(here.second);
  });

  test('a full id that is no commit is none, even where a branch has that name', async () => {
    const gone = 'a'.repeat(40);
    here.git('update-ref', `refs/heads/${gone}`, here.second);
    await expect(here.resolve(owner, gone)).rejects.toMatchObject(unknown);
    await expect(here.resolve(owner, here.git('rev-parse', 'HEAD^{tree}'))).rejects.toMatchObject(unknown);
  });

  test('a full name is that branch or that tag and nothing else', async () => {
    here.git('tag', 'next', here.first);
    here.git('branch', 'next', here.second);
    here.git('tag', 'only-a-tag');
    expect(await here.resolve(owner, 'next')).toBe(here.second);
    expect(await here.resolve(owner, 'refs/heads/next')).toBe(here.second);
    expect(await here.resolve(owner, 'refs/tags/next')).toBe(here.first);
    for (const name of ['refs/heads/only-a-tag', 'heads/next', 'tags/next', 'refs/next', 'nex'])
      await expect(here.resolve(owner, name)).rejects.toMatchObject(unknown);
    here.git('branch', 'deep/er');
    await expect(here.resolve(owner, 'deep')).rejects.toMatchObject(unknown);
  });

  test('tags lead to their commit, through tags of tags; one that leads to no commit says to what', async () => {
    here.git('tag', '-a', '-m', 'one', 'v1', here.first);
    here.git('tag', '-a', '-m', 'two', 'v2', 'v1');
    here.git('tag', '-a', '-m', 'three', 'v3', 'v2');
    expect(await here.resolve(owner, 'v1')).toBe(here.first);
    expect(await here.resolve(owner, 'v3')).toBe(here.first);
    expect(await here.resolve(owner, here.git('rev-parse', 'refs/tags/v3'))).toBe(here.first);
    here.git('tag', 'a-tree', 'HEAD^{tree}');
    here.git('tag', '-a', '-m', 'deep', 'a-deep-tree', 'a-tree');
    here.git('tag', 'a-file', 'HEAD:file');
    for (const [name, type] of [
      ['a-tree', 'tree'],
      ['a-deep-tree', 'tree'],
      ['a-file', 'blob'],
    ] as const)
      await expect(here.resolve(owner, name)).rejects.toMatchObject({
        ...unknown,
        sentence: `refs/tags/${name} of ${here.repo} names a ${type}, no commit.`,
      });
  });

  test.each(['v2.4.0+build.7', 'fix/#123', '@types/node-20', 'a=b,c', 'größe/測試', 'up-50%!', '1.0-@-2'])(
    'a tag %s is found by its name',
    async (name) => {
      here.git('tag', '-a', '-m', 'one', name, here.first);
      expect(await here.resolve(owner, name)).toBe(here.first);
      expect(await here.resolve(owner, `refs/tags/${name}`)).toBe(here.first);
    },
  );
});

test('the label of a release has the short name of its ref, and none where a commit was asked for', async () => {
  const labelOf = async (ref: string) => (await here.targetOf(ref)).release.label;
  expect(await labelOf('refs/heads/stable')).toBe(await labelOf('stable'));
  expect(await labelOf(here.second.toUpperCase())).toBe(await labelOf(here.second));
});
