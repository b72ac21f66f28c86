/** Origins of another account, and behind a real sshd as Debian sets it up, for both that fetch from them. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OWNERS, twoMirrors } from '../mirror/support/two-mirrors';
import type { TwoMirrors } from '../mirror/support/two-mirrors';
import { makeKey, startSshd } from '../support/loopback-sshd';
import type { LoopbackSshd } from '../support/loopback-sshd';

let here: TwoMirrors;
beforeEach(() => {
  here = twoMirrors();
});
afterEach(() => here.remove());

test.each(OWNERS)(
  'a repository of another account is read on the %s, by path and by file://, and nothing that its config names is run',
  async (owner) => {
    const ran = join(here.dir, 'ran');
    for (const key of ['uploadpack.packObjectsHook', 'core.fsmonitor', 'core.sshCommand', 'core.gitProxy'])
      here.git('config', key, `touch ${ran};`);
    execFileSync('chown', ['-R', 'nobody', here.repo]);
    expect(await here.resolve(owner, 'stable')).toBe(here.second);
    expect(await here.resolve(owner, 'stable', `file://${here.repo}`)).toBe(here.second);
    expect(await here.resolve(owner, 'stable', `${here.repo}/.git`)).toBe(here.second);
    expect(existsSync(ran)).toBe(false);
  },
);

describe.each(OWNERS)('over ssh, on the %s', (owner) => {
  let sshd: LoopbackSshd;
  let url: string;
  beforeEach(async () => {
    sshd = await startSshd();
    writeFileSync(join(sshd.folder, 'known_hosts'), `[127.0.0.1]:${sshd.port} ${sshd.hostKey}\n`);
    url = `ssh://root@127.0.0.1:${sshd.port}${here.repo}`;
    here.configure(owner, url, { 'core.sshCommand': sshCommand(sshd.identityFile) });
  });
  afterEach(() => sshd.stop());
  const sshCommand = (key: string) =>
    `ssh -F none -i ${key} -o IdentitiesOnly=yes -o UserKnownHostsFile=${sshd.folder}/known_hosts -o BatchMode=yes`;

  test('core.sshCommand counts', async () => {
    expect(await here.resolve(owner, 'stable', url)).toBe(here.second);
  });

  test('a commit that no branch reaches is had from an sshd that takes no GIT_PROTOCOL', async () => {
    const lone = here.lone();
    expect(await here.resolve(owner, lone, url)).toBe(lone);
    const absent = here.resolve(owner, '2'.repeat(40), url);
    await expect(absent).rejects.toMatchObject({ code: 'RefUnknown', cure: 'Was it force-pushed away? Plan again.' });
  });

  test('a login that runs git-upload-pack and nothing else: what the server must allow', async () => {
    const only = join(sshd.folder, 'only');
    const script = 'case "$SSH_ORIGINAL_COMMAND" in git-upload-pack*) exec git-shell -c "$SSH_ORIGINAL_COMMAND";; esac; exit 128';
    writeFileSync(only, `#!/bin/sh\n${script}\n`);
    chmodSync(only, 0o755);
    sshd.force(only);
    expect(await here.resolve(owner, 'stable', url)).toBe(here.second);
    await expect(here.resolve(owner, here.lone(), url)).rejects.toMatchObject({
      code: 'RefUnknown',
      cure: expect.stringContaining('AcceptEnv GIT_PROTOCOL') as string,
    });
  });

  test('a key that is not let in is for the account that fetches to mend', async () => {
    here.configure(owner, url, { 'core.sshCommand': sshCommand(makeKey(join(sshd.folder, 'stranger'))) });
    await expect(here.resolve(owner, 'stable', url)).rejects.toMatchObject({
      code: 'RepoUnreachable',
      cure: expect.stringContaining('core.sshCommand') as string,
    });
  });

  test('a host that is not known is refused with its cure, and nobody is asked', async () => {
    writeFileSync(join(sshd.folder, 'known_hosts'), '');
    await expect(here.resolve(owner, 'stable', url)).rejects.toMatchObject({
      code: 'RepoUnreachable',
      cure: expect.stringContaining('known_hosts') as string,
    });
  });
});
