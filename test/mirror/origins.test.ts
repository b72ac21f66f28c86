/** Origins as they are found: silent ones, and with commits that no branch reaches. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { evidenceOf, run } from '../../box/run';
import { levelRefs } from '../../mirror/level-refs';
import { askingNobody } from '../../mirror/ways';
import { OWNERS, twoMirrors } from './support/two-mirrors';
import type { TwoMirrors } from './support/two-mirrors';

let here: TwoMirrors;
beforeEach(() => {
  here = twoMirrors();
});
afterEach(() => here.remove());

const kept = { ...process.env };
afterEach(() => {
  process.env = { ...kept };
});

describe.each(OWNERS)('on the %s', (owner) => {
  test('a commit that no branch reaches is asked for by its id', async () => {
    const lone = here.lone();
    expect(await here.resolve(owner, lone)).toBe(lone);
    here.git('gc', '--quiet', '--prune=now');
    expect(await here.resolve(owner, lone)).toBe(lone);
    writeFileSync(join(here.dir, 'a-file'), 'in no commit');
    const file = here.git('hash-object', '-w', join(here.dir, 'a-file'));
    await expect(here.resolve(owner, file)).rejects.toMatchObject({
      code: 'RefUnknown',
      sentence: `${file} of ${here.repo} is no commit.`,
    });
  });

  test('a server that gives no commit by its id: what to do on it, and then it does', async () => {
    const lone = here.lone();
    here.configure(owner, here.repo, { 'protocol.version': '0' });
    await expect(here.resolve(owner, lone)).rejects.toMatchObject({
      code: 'RefUnknown',
      sentence: `No branch or tag of ${here.repo} reaches ${lone}, and its server gives no commit by its id.`,
      cure: expect.stringContaining('uploadpack.allowAnySHA1InWant') as string,
    });
    here.git('config', 'uploadpack.allowAnySHA1InWant', 'true');
    expect(await here.resolve(owner, lone)).toBe(lone);
  });
});

test.each([
  ['https://host/x.git', undefined, []],
  ['/srv/x.git', undefined, []],
  ['git@host:x.git', undefined, ['-c', 'core.sshCommand=ssh -o BatchMode=yes']],
  ['ssh://host/x.git', undefined, ['-c', 'core.sshCommand=ssh -o BatchMode=yes']],
  ['ssh://host/x.git', 'ssh -i key', []],
])('on the way to %s with core.sshCommand %s, ssh is told %j', async (url, own, told) => {
  delete process.env['GIT_SSH_COMMAND'];
  delete process.env['GIT_SSH'];
  const git = async () => ({ code: own === undefined ? 1 : 0, stdout: own ?? '', stderr: '', evidence: [] });
  expect(await askingNobody({ url, who: 'worker', git })).toEqual(told);
  process.env['GIT_SSH'] = '/usr/local/bin/our-ssh';
  expect(await askingNobody({ url, who: 'worker', git })).toEqual([]);
});

/** The product's deadline of a minute, made short. */
const impatient = async (args: readonly string[]) => {
  const ran = await run(['git', ...args], { timeoutMs: 500 });
  return { ...ran, evidence: evidenceOf(ran) };
};

test('a git server that takes a connection and says nothing can not be reached', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const mirror = { url: `git://127.0.0.1:${port}/x`, who: 'box', git: impatient } as const;
  await expect(levelRefs(mirror)).rejects.toMatchObject({
    code: 'RepoUnreachable',
    evidence: [expect.stringContaining('killed after') as string],
  });
  server.close();
});

test('the worker’s git is not led astray by what names another repository', async () => {
  Object.assign(process.env, {
    GIT_DIR: '/nowhere',
    GIT_NAMESPACE: 'x',
    GIT_DEFAULT_HASH: 'sha256',
    GIT_QUARANTINE_PATH: '/nowhere',
  });
  expect(await here.resolve('worker', 'stable')).toBe(here.second);
});

describe('the configuration of the box’s git', () => {
  test('is the same whichever HOME and GIT_* lockerd was started with', async () => {
    const elsewhere = join(here.dir, 'elsewhere');
    mkdirSync(elsewhere);
    // Of whoever became root: it would lead each fetch to another repository.
    writeFileSync(join(elsewhere, '.gitconfig'), `[url "/nowhere/"]\n\tinsteadOf = ${here.dir}/\n`);
    process.env['HOME'] = elsewhere;
    expect(await here.resolve('box', 'stable')).toBe(here.second);
    delete process.env['HOME'];
    process.env['XDG_CONFIG_HOME'] = elsewhere;
    process.env['GIT_CONFIG_GLOBAL'] = join(elsewhere, '.gitconfig');
    process.env['GIT_DIR'] = '/nowhere';
    expect(await here.resolve('box', 'stable')).toBe(here.second);
  });
});
