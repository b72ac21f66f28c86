/** What is staged is what a clone has: told by a real clone of the same repository. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { inScratchFolder, withScratch } from '../../../box/release/scratch';
import { proveTree } from '../../../box/release/prove-tree';
import { readyTree } from '../../../box/release/ready-tree';
import { checkOut } from '../../../box/release/check-out';
import { codeSource } from '../../../box/release/tree-source';
import type { StageTarget } from '../../../domain/protocol/verbs';
import { commitRaw, commitTo, inRepo } from '../support/git-repo';
import { stagedBox } from '../support/staged-box';
import type { StagedBox } from '../support/staged-box';

let here: StagedBox;
beforeEach(() => {
  here = stagedBox(['l01']);
  here.code.commit({ 'locker.js': 'run()' });
  here.settings.commit({ 'templates/config.json': '{}' });
});
afterEach(() => here.remove());

const OURS = new Set(['BUILD', 'build.json', '.git']);

/** Path → mode and content. */
function treeOf(folder: string): Record<string, string> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => !OURS.has(path.split('/')[0] ?? ''));
  return Object.fromEntries(
    paths.map((path) => {
      const seen = lstatSync(join(folder, path));
      if (seen.isSymbolicLink()) return [path, `-> ${readlinkSync(join(folder, path))}`];
      if (seen.isDirectory()) return [path, 'folder'];
      return [path, `${seen.mode & 0o111 ? 'program' : 'file'} ${readFileSync(join(folder, path), 'latin1')}`];
    }),
  );
}

async function staged(target?: StageTarget): Promise<Record<string, string>> {
  const wanted = target ?? (await here.targetOf());
  await here.stage(wanted);
  return treeOf(here.box.paths.code(wanted.release.code.id));
}

function cloned(...flags: readonly string[]): Record<string, string> {
  const folder = join(here.dir, 'clone');
  const config = ['-c', 'protocol.file.allow=always'];
  execFileSync('git', [...config, 'clone', '--quiet', ...flags, here.code.repo, folder], { stdio: ['ignore', 'ignore', 'pipe'] });
  return treeOf(folder);
}

const UTF16 = Buffer.from('\ufeffGrüße\n', 'utf16le');

function everyAttribute(): void {
  const { repo } = here.code;
  mkdirSync(join(repo, 'tools'));
  writeFileSync(join(repo, 'tools/run.sh'), '#!/bin/sh\n');
  chmodSync(join(repo, 'tools/run.sh'), 0o755);
  symlinkSync('tools/run.sh', join(repo, 'run'));
  symlinkSync('/nowhere', join(repo, 'dangling'));
  commitTo(repo, {
    '.gitattributes': [
      'tools export-ignore',
      'version.txt export-subst',
      '*.bat text eol=crlf',
      '*.u16 text working-tree-encoding=UTF-16LE-BOM',
      'id.txt ident',
      '*.raw -text',
    ].join('\n'),
    'version.txt': '$Format:%H %D$\n',
    'start.bat': 'one\ntwo\n',
    'text.u16': UTF16,
    'id.txt': '$Id$\n',
    'both.raw': Buffer.from('a\r\nb\n\xff\0', 'latin1'),
    'deep/.gitattributes': '*.txt text eol=crlf\n',
    'deep/wörter "x"\ny.txt': 'ä\n',
  });
}

test('attributes, modes, links and names come out as in a clone', async () => {
  everyAttribute();
  const tree = await staged();
  expect(tree).toEqual(cloned());
  expect(tree).toMatchObject({
    'tools/run.sh': 'program #!/bin/sh\n',
    run: '-> tools/run.sh',
    'version.txt': 'file $Format:%H %D$\n',
    'start.bat': 'file one\r\ntwo\r\n',
    'text.u16': `file ${UTF16.toString('latin1')}`,
  });
});

test('a repository whose attributes make the attributes themselves another text', async () => {
  commitTo(here.code.repo, { '.gitattributes': '* text eol=crlf\n', 'a.txt': 'one\ntwo\n', 'b/c': 'x\n' });
  expect(await staged()).toEqual(cloned());
});

test('a repository whose attributes are themselves put into another encoding', async () => {
  commitRaw(here.code.repo, [
    { name: '.gitattributes', content: '* text working-tree-encoding=UTF-16LE\n' },
    { name: 'a.txt', content: 'one\n' },
  ]);
  expect(await staged()).toEqual(cloned());
});

test('a text that was committed with ends of line that its attributes would not give it', async () => {
  commitTo(here.code.repo, { 'a.txt': 'one\r\ntwo\n', 'b.txt': 'x\r\n' });
  commitTo(here.code.repo, { '.gitattributes': 'a.txt text\nb.txt text=auto\n' });
  inRepo(here.code.repo, 'reset', '--hard', '--quiet');
  expect(await staged()).toEqual(cloned());
});

test('the same tree, whatever refs a box has and whatever git is told on it', async () => {
  everyAttribute();
  const first = await staged();
  const other = stagedBox(['l01']);
  const home = join(other.dir, 'home');
  const before = { ...process.env };
  try {
    inRepo(here.code.repo, 'branch', 'another');
    inRepo(here.code.repo, 'tag', 'v9');
    mkdirSync(join(home, '.config/git'), { recursive: true });
    writeFileSync(join(home, '.config/git/attributes'), '*.js text eol=crlf\n');
    const ran = join(other.dir, 'ran');
    writeFileSync(join(other.dir, 'post-checkout'), `#!/bin/sh\ntouch ${ran}\n`, { mode: 0o755 });
    writeFileSync(
      join(home, '.gitconfig'),
      `[core]\n\tautocrlf = true\n\tsymlinks = false\n\tfileMode = false\n\thooksPath = ${other.dir}\n[filter "x"]\n\tsmudge = touch ${ran}\n`,
    );
    Object.assign(process.env, { HOME: home, XDG_CONFIG_HOME: join(home, '.config') });
    const service = here.service;
    const release = (await here.resolve('v9')).release;
    await other.stage({ release, service, values: {}, lockerValues: {} });
    expect(treeOf(other.box.paths.code(release.code.id))).toEqual(first);
    expect(existsSync(ran)).toBe(false);
  } finally {
    for (const name of ['HOME', 'XDG_CONFIG_HOME']) delete process.env[name];
    Object.assign(process.env, before);
    other.remove();
  }
});

test('a repository with more files than a command keeps of its output', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 700 }, (_, at) => [`${'a-long-name-of-a-folder-in-a-deep-tree/'.repeat(80)}${at}.txt`, `${at}`]),
  );
  commitTo(here.code.repo, files);
  const tree = await staged();
  expect(Object.keys(tree).filter((path) => path.endsWith('.txt'))).toHaveLength(700);
});

test('nothing of a check-out is left beside the tree', async () => {
  everyAttribute();
  await staged();
  expect(readdirSync(here.box.paths.scratchRoot)).toEqual([]);
  expect(existsSync(join(here.box.paths.code((await here.targetOf()).release.code.id), '.git'))).toBe(false);
});

test('what a lockerd left that died in a check-out goes with the next one', async () => {
  mkdirSync(join(here.box.paths.scratchRoot, '0badc0de-1/git'), { recursive: true });
  await here.resolve();
  expect(readdirSync(here.box.paths.scratchRoot)).toEqual([]);
});

const proving = (spoil: (tree: string) => void) =>
  inScratchFolder(here.box, async (folder) => {
    const { release } = await here.resolve();
    const source = codeSource(here.box, here.service, release.code.revision);
    const tree = join(folder, 'tree');
    mkdirSync(tree);
    await checkOut(here.box, source, tree);
    spoil(tree);
    return withScratch(here.box, source.mirror, async (scratch) => {
      await scratch.ask(['read-tree', source.commit], { workTree: tree });
      return proveTree(scratch, await readyTree(here.box, source), tree);
    });
  });

describe('the proof', () => {
  test('holds for what was checked out', async () => {
    everyAttribute();
    await proving(() => {});
  });

  test.each<[string, (tree: string) => void, RegExp]>([
    ['a byte', (tree) => writeFileSync(join(tree, 'locker.js'), 'Run()'), /locker\.js: its content/],
    ['a byte of a converted file', (tree) => writeFileSync(join(tree, 'start.bat'), 'one\ntwo\n'), /start\.bat: its content/],
    ['a mode', (tree) => chmodSync(join(tree, 'tools/run.sh'), 0o644), /run\.sh: 100644/],
    ['a file too many', (tree) => writeFileSync(join(tree, 'more'), ''), /more: not in the commit/],
    ['a file too few', (tree) => execFileSync('rm', [join(tree, 'id.txt')]), /id\.txt: not there/],
    ['a link', (tree) => execFileSync('ln', ['-sfn', '/etc', join(tree, 'run')]), /run: leads elsewhere/],
  ])('does not hold for %s', async (_, spoil, said) => {
    everyAttribute();
    await expect(proving(spoil)).rejects.toMatchObject({ evidence: [expect.stringMatching(said)] });
  });
});

test('a filter that the box does not have is refused by name at the plan', async () => {
  commitTo(here.code.repo, {
    '.gitattributes': '*.key filter=git-crypt diff=git-crypt\n',
    'a.key': 'x',
    'b/c.key': 'y',
    'd.txt': '',
  });
  await expect(here.resolve()).rejects.toMatchObject({
    code: 'ReleaseTreeUnsupported',
    evidence: [expect.stringMatching(/^a\.key: .*filter=git-crypt/), expect.stringMatching(/^b\/c\.key/)],
  });
});

test('a path that git puts into no clone is refused at the plan', async () => {
  const blob = inRepo(here.code.repo, 'rev-parse', 'HEAD:locker.js');
  const listing = (...lines: string[]) =>
    execFileSync('git', ['-C', here.code.repo, 'mktree'], { input: lines.join(''), encoding: 'utf8' }).trim();
  const inner = listing(`100644 blob ${blob}\tconfig\n`);
  const outer = listing(`040000 tree ${inner}\t.GIT\n`);
  const commit = inRepo(here.code.repo, 'commit-tree', '-m', 'x', outer);
  inRepo(here.code.repo, 'update-ref', 'refs/heads/odd', commit);
  await expect(here.resolve('odd')).rejects.toMatchObject({ code: 'ReleaseTreeUnsupported' });
});
