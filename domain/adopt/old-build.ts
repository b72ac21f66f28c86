/**
 * What the code of the old tree answers when it is asked for its build. A locker that was started before
 * the last change of the tree answers for code that is no more: only younger ones can tell. Pure.
 */
import { Fault } from '../faults';
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
  /** Lockers that run something older than the tree holds. */
  readonly behind: readonly LockerName[];
}

/** `treeAt`: when the tree was last brought to another revision, epoch milliseconds. Throws LockerUnfit. */
export function oldBuild(answers: readonly Answer[], treeAt: number, given: string | null): OldBuild {
  const behind = answers.filter(({ startedAt }) => startedAt < treeAt).map(({ name }) => name);
  const fresh = answers.filter(({ startedAt }) => startedAt >= treeAt);
  const builds = [...new Set(fresh.flatMap(({ build }) => build ?? []))];
  const [only, ...more] = builds;
  if (given !== null) return { build: given, behind };
  if (only !== undefined && more.length === 0) return { build: only, behind };
  const cure = 'Say what the tree as it is answers, with --build TEXT, or restart one locker by hand and adopt then.';
  const evidence = answers.slice(0, MOST_TOLD).map((answer) => told(answer, treeAt));
  const what =
    builds.length > 1 ? 'Lockers of the same old code answer different builds' : 'Nobody tells what the old code answers';
  throw new Fault('LockerUnfit', `${what}, so a locker that is brought back to it could not be proven.`, { evidence, cure });
}

const MOST_TOLD = 12;

function told({ name, startedAt, build }: Answer, treeAt: number): string {
  const when = startedAt < treeAt ? 'started before the last change of the tree' : 'started since';
  return `${name}: ${build ?? 'no answer'} (${when})`;
}
