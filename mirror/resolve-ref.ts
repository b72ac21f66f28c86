/** A branch, a tag or a full commit id → its commit in a mirror that is level with its origin; or RefUnknown. */
import { Fault } from '../domain/faults';
import type { Sha } from '../domain/model/ids';
import { bringCommit } from './bring-commit';
import { commitIdOf, lookUpRef } from './look-up-ref';
import type { LookedUp } from './look-up-ref';
import type { Mirror } from './mirror';

const SHOWN = 20;

export interface Resolved {
  readonly commit: Sha;
  /** `refs/heads/…` or `refs/tags/…`; null: asked for by its full id. */
  readonly ref: string | null;
}

/** `bring`: a commit that no branch or tag reaches is asked of the origin by its id. */
export async function resolveRef(mirror: Mirror, ref: string, { bring }: { readonly bring: boolean }): Promise<Resolved> {
  const found = await lookUpRef(mirror, ref);
  if (found.kind === 'commit') return { commit: found.commit, ref: found.ref };
  const id = commitIdOf(ref);
  if (id === null || found.kind !== 'none' || !bring) throw await notFound(mirror, ref, found);
  await bringCommit(mirror, id);
  const brought = await lookUpRef(mirror, ref);
  if (brought.kind === 'commit') return { commit: brought.commit, ref: null };
  throw await notFound(mirror, ref, brought);
}

async function notFound(mirror: Mirror, ref: string, found: Exclude<LookedUp, { kind: 'commit' }>): Promise<Fault> {
  const { url, who } = mirror;
  if (found.kind === 'damaged')
    return new Fault('CommandFailed', `The ${who}’s mirror of ${url} lacks what ${found.name} names.`, {
      cure: `Remove the mirror on the ${who}: it is fetched anew.`,
    });
  if (found.kind === 'no-commit')
    return new Fault('RefUnknown', `${found.name} of ${url} names a ${found.type}, no commit.`, {
      cure: 'Name a ref that leads to a commit.',
    });
  const cure = cureFor(ref);
  return new Fault('RefUnknown', `${url} has no branch, tag or commit "${ref}".`, {
    evidence: await refsOf(mirror),
    ...(cure !== undefined && { cure }),
  });
}

async function refsOf({ git }: Mirror): Promise<string[]> {
  const list = ['for-each-ref', '--format=%(refname:lstrip=2)', `--count=${SHOWN}`, 'refs/heads', 'refs/tags'];
  const refs = (await git(list)).stdout.split('\n').filter(Boolean);
  return refs.length > 0 ? ['it has:', ...refs] : ['it shows no branch and no tag at all'];
}

function cureFor(ref: string): string | undefined {
  if (/-g[0-9a-f]{4,40}$/.test(ref))
    return 'That looks like the label of a release, or what `git describe` prints; neither is a ref. Name a branch, a tag or the full commit id.';
  if (/^[0-9a-f]{4,39}$/i.test(ref)) return 'A commit id that is cut short is not taken: give all of its 40 digits.';
  if (/^(?:refs|heads|tags|remotes|origin)\//.test(ref))
    return 'Name a branch or a tag as the repository does, or in full: refs/heads/NAME, refs/tags/NAME. Other refs are not fetched: give the full commit id.';
  return undefined;
}
