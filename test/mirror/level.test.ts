/** After a fetch the mirror has what its origin has, or it is said what it lacks: on the box and on the worker. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { levelRefs } from '../../mirror/level-refs';
import type { GitRan } from '../../mirror/mirror';
import { OWNERS, twoMirrors } from './support/two-mirrors';
import type { TwoMirrors } from './support/two-mirrors';

let here: TwoMirrors;
beforeEach(() => {
  here = twoMirrors();
});
afterEach(() => here.remove());

const shallowClone = (): string => {
  const shallow = join(here.dir, 'shallow');
  execFileSync('git', ['clone', '--quiet', '--depth', '1', `file://${here.repo}`, shallow], { stdio: 'pipe' });
  return shallow;
};

/** The state of the repository, which no second try mends. */
const permanent = (cure: string) => ({
  code: 'RefsNotTaken',
  retryable: false,
  cure: expect.stringContaining(cure) as string,
});

describe.each(OWNERS)('on the %s', (owner) => {
  test('a shallow origin is refused with the ref and the cure, and taken once it is whole', async () => {
    const shallow = shallowClone();
    await expect(here.resolve(owner, 'stable', shallow)).rejects.toMatchObject({
      code: 'RefsNotTaken',
      retryable: false,
      sentence: `The ${owner} fetched ${shallow}, and its mirror did not take refs/heads/stable.`,
      evidence: expect.arrayContaining([
        `refs/heads/stable: ${here.second.slice(0, 12)} there, nothing here`,
        expect.stringContaining('shallow roots are not allowed'),
      ]) as string[],
      cure: expect.stringContaining('git fetch --unshallow') as string,
    });
    here.gitIn(shallow, 'fetch', '--quiet', '--unshallow');
    expect(await here.resolve(owner, 'stable', shallow)).toBe(here.second);
  });

  test('an origin that became shallow does not pass for one where nothing is new', async () => {
    expect(await here.resolve(owner, 'stable')).toBe(here.second);
    const away = join(here.dir, 'away');
    here.git('commit', '--quiet', '--allow-empty', '-m', 'Third');
    here.git('commit', '--quiet', '--allow-empty', '-m', 'Fourth');
    execFileSync('git', ['clone', '--quiet', '--depth', '1', `file://${here.repo}`, away], { stdio: 'pipe' });
    rmSync(here.repo, { recursive: true });
    execFileSync('mv', [away, here.repo]);
    await expect(here.resolve(owner, 'stable')).rejects.toMatchObject({
      code: 'RefsNotTaken',
      evidence: expect.arrayContaining([
        expect.stringMatching(new RegExp(`^refs/heads/stable: \\w{12} there, ${here.second.slice(0, 12)} here$`)),
      ]) as string[],
    });
  });

  test('branches that take each other’s place are followed', async () => {
    here.git('branch', 'a', here.first);
    expect(await here.resolve(owner, 'a')).toBe(here.first);
    here.git('branch', '-D', 'a');
    here.git('branch', 'a/b', here.second);
    expect(await here.resolve(owner, 'a/b')).toBe(here.second);
    here.git('branch', '-D', 'a/b');
    here.git('branch', 'a', here.second);
    expect(await here.resolve(owner, 'a')).toBe(here.second);
  });

  test('a tag that was moved, and refs that are gone, are followed', async () => {
    here.git('tag', 'v1', here.first);
    here.git('branch', 'gone');
    expect(await here.resolve(owner, 'v1')).toBe(here.first);
    here.git('tag', '-f', 'v1', here.second);
    here.git('branch', '-D', 'gone');
    expect(await here.resolve(owner, 'v1')).toBe(here.second);
    await expect(here.resolve(owner, 'gone')).rejects.toMatchObject({ code: 'RefUnknown' });
  });

  test('a branch that is another’s other name is resolved; one that the server hides is unknown', async () => {
    here.git('symbolic-ref', 'refs/heads/alias', 'refs/heads/stable');
    here.git('branch', 'private/x');
    here.git('config', 'transfer.hideRefs', 'refs/heads/private');
    expect(await here.resolve(owner, 'alias')).toBe(here.second);
    await expect(here.resolve(owner, 'private/x')).rejects.toMatchObject({ code: 'RefUnknown' });
  });

  test.each([
    [
      'names a file',
      (name: string) => writeFileSync(join(here.repo, name), `${here.git('rev-parse', 'HEAD:file')}\n`),
      'non-commit',
    ],
    ['names what is lost', (name: string) => writeFileSync(join(here.repo, name), `${'1'.repeat(40)}\n`), 'not our ref'],
  ])('a branch that %s is named, with what git says of it', async (_, breakIt, said) => {
    breakIt('.git/refs/heads/broken');
    const fault = await here.resolve(owner, 'stable').catch((error: unknown) => error);
    expect(fault).toMatchObject({
      code: 'RefsNotTaken',
      sentence: `The ${owner} fetched ${here.repo}, and its mirror did not take refs/heads/broken.`,
    });
    expect((fault as { evidence: string[] }).evidence.join('\n')).toContain(said);
    rmSync(join(here.repo, '.git/refs/heads/broken'));
    expect(await here.resolve(owner, 'stable')).toBe(here.second);
  });

  test('an origin that can not give what its refs name is told from one that is away, with what helps', async () => {
    const beside = (name: string) => join(here.dir, name);
    const file = join(here.repo, '.git/objects', here.git('rev-parse', 'HEAD:file').replace(/^../, '$&/'));
    execFileSync('git', ['init', '--quiet', '--object-format=sha256', '--initial-branch=stable', beside('sha256')]);
    here.gitIn(beside('sha256'), 'commit', '--quiet', '--allow-empty', '-m', 'one');
    here.git('config', 'uploadpack.allowFilter', 'true');
    here.gitIn(here.dir, 'clone', '--quiet', '--bare', '--filter=blob:none', `file://${here.repo}`, beside('partial'));
    await expect(here.resolve(owner, 'stable', beside('sha256'))).rejects.toMatchObject(permanent('SHA-256'));
    await expect(here.resolve(owner, 'stable', beside('partial'))).rejects.toMatchObject(permanent('partial clone'));
    rmSync(file);
    await expect(here.resolve(owner, 'stable')).rejects.toMatchObject(permanent('git fsck'));
  });

  test('an empty origin is said to be one', async () => {
    const empty = join(here.dir, 'empty');
    execFileSync('git', ['init', '--quiet', empty]);
    await expect(here.resolve(owner, 'stable', empty)).rejects.toMatchObject({
      code: 'RefUnknown',
      evidence: ['it shows no branch and no tag at all'],
    });
  });

  test('a ref whose name is too long for a file is named', async () => {
    const name = `refs/heads/${'x'.repeat(252)}`;
    writeFileSync(join(here.repo, '.git/packed-refs'), `# pack-refs with: peeled fully-peeled sorted \n${here.first} ${name}\n`);
    await expect(here.resolve(owner, 'stable')).rejects.toMatchObject({
      code: 'RefsNotTaken',
      sentence: expect.stringContaining(`did not take ${name}.`) as string,
      cure: expect.stringContaining('shorter name') as string,
    });
  });

  test('an origin that somebody pushes to between the two looks is followed', async () => {
    // git asks the origin's upload-pack for refs first and for objects then: each begins with this hook's move.
    const hook = join(here.dir, 'mover');
    mkdirSync(hook);
    const real = execFileSync('git', ['--exec-path'], { encoding: 'utf8' }).trim();
    const move = `git --git-dir=${here.repo}/.git update-ref refs/heads/busy $(git -c user.name=t -c user.email=t@example.com --git-dir=${here.repo}/.git commit-tree -m "$(date +%N)" ${here.second}^{tree})`;
    writeFileSync(
      join(hook, 'git'),
      `#!/bin/sh\ncase "$*" in *ls-remote*) "${real}/git" "$@"; code=$?; [ -e ${hook}/done ] || { touch ${hook}/done; ${move}; }; exit $code;; esac\nexec "${real}/git" "$@"\n`,
    );
    chmodSync(join(hook, 'git'), 0o755);
    here.git('branch', 'busy', here.first);
    const path = process.env['PATH'];
    process.env['PATH'] = `${hook}:${path}`;
    try {
      await here.resolve(owner, 'stable');
      const now = here.git('rev-parse', 'refs/heads/busy');
      expect(now).not.toBe(here.first);
      expect(await here.resolve(owner, 'busy')).toBe(now);
    } finally {
      process.env['PATH'] = path;
    }
  });
});

test('the origin is asked for its refs where nothing is new, and for objects only where something is', async () => {
  const folder = join(here.dir, 'm.git');
  execFileSync('git', ['init', '--quiet', '--bare', folder]);
  const asked: string[] = [];
  const git = async (args: readonly string[]): Promise<GitRan> => {
    asked.push(args[0] ?? '');
    const stdout = execFileSync('git', ['-C', folder, ...args], { encoding: 'utf8' });
    return { code: 0, stdout, stderr: '', evidence: [] };
  };
  const mirror = { url: here.repo, who: 'box', git } as const;
  await levelRefs(mirror);
  await levelRefs(mirror);
  expect(asked.filter((command) => command !== 'for-each-ref')).toEqual(['ls-remote', 'fetch', 'ls-remote']);
});
