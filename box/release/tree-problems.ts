/** What keeps a tree from being checked out as a clone has it: all of it at once, with the names of the files. */
import { Fault } from '../../domain/faults';
import type { TreeSource } from './tree-source';
import { textOf } from './tree-source';

export interface Problem {
  /** From the root of the release's own repository. */
  readonly path: string;
  readonly what: string;
  readonly cure: string;
}

/** More would help nobody. */
const MOST = 20;

export function unsupported({ origin, commit }: TreeSource, problems: readonly Problem[]): Fault {
  const lines = problems.map(({ path, what }) => `${textOf(path)}: ${what}`);
  const more = lines.length > MOST ? [`… and ${lines.length - MOST} more`] : [];
  const first = problems[0] ? textOf(problems[0].path) : '';
  const others = problems.length > 1 ? ` and ${problems.length - 1} more` : '';
  return new Fault(
    'ReleaseTreeUnsupported',
    `${first}${others} of ${origin.url} at ${commit} can not be checked out as a clone has it.`,
    {
      evidence: [...lines.slice(0, MOST), ...more],
      cure: [...new Set(problems.map(({ cure }) => cure))].join(' '),
    },
  );
}
