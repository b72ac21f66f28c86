/** A repository, and the two that resolve its refs: a box, and a worker for boxes that fetch nothing themselves. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { makeGitSource } from '../../../activities/adapters/git/make-git-source';
import { mirrorFor } from '../../../activities/adapters/git/worker-mirror';
import { resolveRelease } from '../../../box/release/resolve';
import { GitRef } from '../../../domain/model/ids';
import { stagedBox } from '../../box/support/staged-box';

export const OWNERS = ['box', 'worker'] as const;
export type Owner = (typeof OWNERS)[number];

const ME = ['-c', 'user.name=Test', '-c', 'user.email=test@example.invalid'];

const gitIn = (folder: string, ...args: string[]) =>
  execFileSync('git', ['-C', folder, ...ME, ...args], { encoding: 'utf8', stdio: 'pipe' }).trim();

export function twoMirrors() {
  const here = stagedBox();
  const { repo } = here.code;
  const first = here.code.commit({ file: '1' }, 'First');
  const second = here.code.commit({ file: '2' }, 'Second');
  here.settings.commit({ 'templates/config.json': '{}' });
  const source = makeGitSource(join(here.dir, 'worker'));
  /** The commit that a ref leads to, as its owner tells. */
  const resolve = async (owner: Owner, ref: string, url: string = here.service.code.repo): Promise<string> => {
    if (owner === 'worker') return (await source.resolve(url, ref)).commit;
    const service = { ...here.service, code: { ...here.service.code, repo: url } };
    const refs = { codeRef: GitRef.parse(ref), configRef: GitRef.parse('stable') };
    return (await resolveRelease(here.box, { service, ...refs, since: null })).release.code.revision;
  };
  const git = (...args: string[]) => gitIn(repo, ...args);
  /** A commit that no ref reaches. */
  const lone = () => git('commit-tree', '-m', 'Lone', 'HEAD^{tree}');
  /** A setting of git's that counts for this owner's mirror of that origin alone, before its first fetch. */
  const configure = (owner: Owner, url: string, settings: Readonly<Record<string, string>>) => {
    const mirrors = join(here.dir, 'worker/mirrors');
    const folder = owner === 'box' ? here.box.paths.codeMirror(here.service.name) : mirrorFor(mirrors, url).folder;
    execFileSync('git', ['init', '--quiet', '--bare', folder]);
    for (const [key, value] of Object.entries(settings)) gitIn(folder, 'config', key, value);
  };
  return { ...here, configure, repo, first, second, source, resolve, git, gitIn, lone };
}
export type TwoMirrors = ReturnType<typeof twoMirrors>;
