/** The worker's own way to the repositories, for boxes that have none. Implementation: adapters/git. */
import type { Sha } from '../../domain/model/ids';
import type { PushedFile } from '../../domain/protocol/verbs';

export interface FileToPush extends PushedFile {
  /** At most `length` bytes from `offset`; fewer only at the end. */
  read(offset: number, length: number): Promise<Buffer>;
}

export interface Revision {
  readonly commit: Sha;
  /** `refs/heads/…` or `refs/tags/…`; null: asked for by its full id. */
  readonly ref: string | null;
}

export interface SourcePort {
  /** Fetches. A full commit id, else a branch, else a tag. Throws RepoUnreachable, RefsNotTaken, RefUnknown. */
  resolve(repo: string, ref: string): Promise<Revision>;
  /** Everything that somebody with these tips lacks of the commit. The same again while it is asked for again. Throws RepoUnreachable, RefUnknown. */
  bundle(repo: string, commit: Sha, tips: readonly Sha[]): Promise<FileToPush>;
  /** What was packed for the lock file of that commit. Throws BuildFailed where it was not. */
  packed(repo: string, commit: Sha, packed: { readonly folder: string; readonly lockfile: string }): Promise<FileToPush>;
}
