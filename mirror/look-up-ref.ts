/**
 * A ref by its name, exactly. Never `git rev-parse NAME`: that reads any word which ends on `-g<hex>` as
 * what `git describe` printed, a date in `@{…}`, a number after `~`, and finds a commit for what is no ref.
 */
import { Sha } from '../domain/model/ids';
import { HEADS, TAGS } from './mirror';
import type { Mirror } from './mirror';

export type LookedUp =
  /** `ref`: the full name; null: it was asked for by its id. */
  | { readonly kind: 'commit'; readonly commit: Sha; readonly ref: string | null }
  | { readonly kind: 'none' }
  /** Such as a tag on a tree. */
  | { readonly kind: 'no-commit'; readonly name: string; readonly type: string }
  /** The mirror has the ref and not its object. */
  | { readonly kind: 'damaged'; readonly name: string };

type Looking = Pick<Mirror, 'git'>;

/** A full commit id, in small letters; null: it is a name. */
export const commitIdOf = (ref: string): Sha | null => Sha.safeParse(ref.toLowerCase()).data ?? null;

/** 40 hex digits are the commit, whatever ref has that name; then a full name, a branch, a tag. */
export async function lookUpRef(mirror: Looking, ref: string): Promise<LookedUp> {
  const id = commitIdOf(ref);
  return id === null ? lookUpName(mirror, namesOf(ref, [HEADS, TAGS])) : lookUpId(mirror, id);
}

/** As `lookUpRef`, but of the names only tags. */
export async function lookUpTag(mirror: Looking, ref: string): Promise<LookedUp> {
  const id = commitIdOf(ref);
  return id === null ? lookUpName(mirror, namesOf(ref, [TAGS])) : lookUpId(mirror, id);
}

/** The only commit whose id begins so; of seven digits at least. */
export async function lookUpBeginning({ git }: Looking, beginning: string): Promise<LookedUp> {
  if (!/^[0-9a-f]{7,39}$/.test(beginning)) return { kind: 'none' };
  const { stdout } = await git(['rev-parse', `--disambiguate=${beginning}`]);
  const commits: Sha[] = [];
  for (const id of stdout.split('\n').filter(Boolean))
    if ((await git(['cat-file', '-t', id])).stdout.trim() === 'commit') commits.push(Sha.parse(id));
  const [commit, ...more] = commits;
  return commit === undefined || more.length > 0 ? { kind: 'none' } : { kind: 'commit', commit, ref: null };
}

/** `refs/heads/x` is that branch and nothing else. */
export const namesOf = (ref: string, kinds: readonly string[]): string[] => {
  const full = [HEADS, TAGS].some((kind) => ref.startsWith(kind));
  return full ? [ref].filter((name) => kinds.some((kind) => name.startsWith(kind))) : kinds.map((kind) => `${kind}${ref}`);
};

/** As people say it: `x` of `refs/heads/x`. */
export const shortNameOf = (ref: string): string => ref.replace(/^refs\/(?:heads|tags)\//, '');

async function lookUpId(mirror: Looking, id: Sha): Promise<LookedUp> {
  const peeled = await peel(mirror, id, id);
  if (peeled.kind === 'damaged') return { kind: 'none' };
  return peeled.kind === 'commit' ? { ...peeled, ref: null } : peeled;
}

async function lookUpName(mirror: Looking, names: readonly string[]): Promise<LookedUp> {
  if (names.length === 0) return { kind: 'none' };
  // A pattern also finds what lies below a name: taken is only the name itself.
  const { stdout } = await mirror.git(['for-each-ref', '--format=%(objectname)%09%(refname)', ...names]);
  const there = new Map(stdout.split('\n').map((line) => line.split('\t').toReversed() as [string, string]));
  for (const name of names) {
    const id = there.get(name);
    if (id !== undefined) return peel(mirror, id, name);
  }
  return { kind: 'none' };
}

/** Tags of tags too. `id` has 40 digits, which git takes for an object before it looks for anything else. */
async function peel({ git }: Looking, id: string, name: string): Promise<LookedUp> {
  const found = await git(['rev-parse', '--verify', '--quiet', '--end-of-options', `${id}^{commit}`]);
  const commit = Sha.safeParse(found.stdout.trim());
  if (found.code === 0 && commit.success) return { kind: 'commit', commit: commit.data, ref: name };
  const type = await git(['cat-file', '-t', `${id}^{}`]);
  return type.code === 0 ? { kind: 'no-commit', name, type: type.stdout.trim() } : { kind: 'damaged', name };
}
