/** What git must be told about the way to an origin, by the kind of its URL. */
import type { Mirror } from './mirror';

/** As git tells them apart: a path, unless something that ends with `:` comes before the first slash. */
const isLocal = (url: string): boolean => /^file:\/\//i.test(url) || !/^[^/]*:/.test(url);

export const isSsh = (url: string): boolean => /^(?:ssh|git\+ssh|ssh\+git):\/\//i.test(url) || /^[^/]*:(?!\/\/)/.test(url);

/**
 * A repository on this machine may be somebody else's. `-c safe.directory` counts for this git alone: the
 * upload-pack that it starts there forgets it. What such a repository's own config names is not run by that one.
 */
export const ofAnyOwner = (url: string): string[] =>
  isLocal(url) ? [`--upload-pack=git -c safe.directory='*' upload-pack`] : [];

/** The server speaks as newer gits do, though its sshd takes no environment from a client (Debian's default). */
export const SPOKEN_ANEW = '--upload-pack=env GIT_PROTOCOL=version=2 git-upload-pack';

/** Nobody is there to be asked for a password. A command of the account's own is left as it is: it may be no ssh at all. */
export async function askingNobody({ git, url }: Mirror): Promise<string[]> {
  if (!isSsh(url) || process.env['GIT_SSH_COMMAND'] !== undefined || process.env['GIT_SSH'] !== undefined) return [];
  const own = await git(['config', '--get', 'core.sshCommand']);
  return own.code === 0 ? [] : ['-c', 'core.sshCommand=ssh -o BatchMode=yes'];
}
