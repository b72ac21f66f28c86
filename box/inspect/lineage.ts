/**
 * How the release asked about stands to what each locker runs: by the mirrors, in which it was just
 * resolved, and by what the box remembers of its rollouts. Each pair of revisions is asked once.
 */
import type { HistoryRecord } from '../../domain/model/history';
import type { Sha } from '../../domain/model/ids';
import type { Kinship, Lineage } from '../../domain/model/lineage';
import type { Release, Revision } from '../../domain/model/release';
import type { StageTarget } from '../../domain/protocol/verbs';
import type { BoxContext } from '../context';
import { readHistory } from '../history/history';
import { git } from '../release/git';
import { hasCommit, mirrorOf } from '../release/mirror';

export type LineageOf = (current: Revision | null) => Promise<Lineage | null>;

/** Years of rollouts; the file is read once for a whole inspect. */
const HISTORY = 1_000;

export async function lineagesOf(box: BoxContext, target: StageTarget | null): Promise<LineageOf> {
  if (target === null) return () => Promise.resolve(null);
  const { release, service } = target;
  const history = await readHistory(box, HISTORY);
  const mirrors = { code: mirrorOf(box, service.name, 'code'), config: mirrorOf(box, service.name, 'config') };
  const known = new Map<string, Promise<Lineage>>();
  const look = async ({ code, config, release: { id } }: Revision): Promise<Lineage> => ({
    code: await kinship(mirrors.code, { runs: code.revision, target: release.code.revision }),
    config: await kinship(mirrors.config, { runs: config.revision, target: release.config.revision }),
    superseded: isSuperseded(history, release.id, id),
  });
  return async (current) => {
    if (current === null) return null;
    const asked = known.get(current.release.id) ?? look(current);
    known.set(current.release.id, asked);
    return asked;
  };
}

interface Pair {
  readonly runs: Sha;
  readonly target: Sha;
}

export async function kinship(mirror: string, { runs, target }: Pair): Promise<Kinship> {
  if (runs === target) return 'same';
  const there = await Promise.all([hasCommit(mirror, runs), hasCommit(mirror, target)]);
  if (!there.every(Boolean)) return 'unknown';
  const base = async (...args: string[]) => (await git(['-C', mirror, 'merge-base', ...args, runs, target])).code;
  if ((await base('--is-ancestor')) === 0) return 'ahead';
  if ((await git(['-C', mirror, 'merge-base', '--is-ancestor', target, runs])).code === 0) return 'behind';
  const common = await base();
  return common === 0 ? 'diverged' : common === 1 ? 'unrelated' : 'unknown';
}

const DONE: ReadonlySet<string> = new Set(['succeeded', 'completed-with-exceptions']);

/** Rolled out here once, and what runs was rolled out since. */
export function isSuperseded(history: readonly HistoryRecord[], target: Release['id'], runs: Release['id']): boolean {
  const last = (release: string) => history.findLastIndex((record) => DONE.has(record.state) && record.release === release);
  return target !== runs && last(target) !== -1 && last(runs) > last(target);
}
