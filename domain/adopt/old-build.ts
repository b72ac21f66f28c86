/**
 * What the code of the old tree answers when it is asked for its build. A locker that was started before
 * the last change of the tree answers for code that is no more: only younger ones can tell. Where nobody
 * tells, its commit must do: it is a name for people, since what is adopted is proven by its mounts. Pure.
 */
import type { LockerName } from '../model/ids';

export interface Answer {
  readonly name: LockerName;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** null: it did not answer. */
  readonly build: string | null;
}

export interface OldBuild {
  readonly build: string;
  /** `build` is not its own answer. */
  readonly named: boolean;
  /** Lockers that run something older than the tree holds. */
  readonly behind: readonly LockerName[];
}

export interface Tree {
  /** When it was last brought to another revision, epoch milliseconds. */
  readonly at: number;
  readonly revision: string;
}

export function oldBuild(answers: readonly Answer[], tree: Tree, given: string | null): OldBuild {
  const behind = answers.filter(({ startedAt }) => startedAt < tree.at).map(({ name }) => name);
  const fresh = answers.filter(({ startedAt }) => startedAt >= tree.at);
  const builds = [...new Set(fresh.flatMap(({ build }) => build ?? []))];
  const [only, ...more] = builds;
  const told = given ?? (more.length === 0 ? only : undefined);
  return { build: told ?? `g${tree.revision.slice(0, 12)}`, named: told === undefined, behind };
}
