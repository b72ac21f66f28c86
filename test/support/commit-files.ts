/** One commit more on a branch of a sandbox's repository, with these files in it. */
import { fastImport } from '../../sandbox/fast-import';
import { git } from '../../sandbox/git';

export async function commitFiles(repo: string, branch: string, files: Readonly<Record<string, string>>): Promise<string> {
  const from = await git(repo, ['rev-parse', `refs/heads/${branch}`]);
  const at = Math.floor(Date.now() / 1_000);
  await git(repo, ['fast-import', '--quiet'], fastImport([{ branch, from, message: 'For a test\n', at, files }]));
  return git(repo, ['rev-parse', `refs/heads/${branch}`]);
}
