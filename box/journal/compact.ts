/**
 * What of the state must outlive a compaction. Pure. A finished job is remembered as long as its
 * token may come again: an older rollout that is reset gets a free box with its old tokens; a stop of this boot whose
 * locker may still be ending is remembered too, since nobody may signal that process again.
 */
import { UPKEEP_HOLDER } from '../upkeep/holder';
import type { Job, JournalRecord } from './records';
import type { BoxState } from './state';

/** Rollouts before the present one whose tokens are still known. */
const GENERATIONS_KEPT = 2;

type Snapshot = Extract<JournalRecord, { kind: 'snapshot' }>['state'];

export function compact(state: BoxState): Snapshot {
  const { lease, generation, bootId, freeze } = state;
  const jobs = [...state.jobs.values()].filter((job) => isNeeded(job, state));
  return { lease, generation, bootId, freeze, jobs, lockers: [...state.lockers], migrations: [...state.migrations.values()] };
}

function isNeeded(job: Job, { generation, bootId }: BoxState): boolean {
  if (job.end === null || mayStillEnd(job, bootId)) return true;
  // lockerd's own tokens never come again.
  return job.holder !== UPKEEP_HOLDER && job.generation >= generation - GENERATIONS_KEPT;
}

/** Results after which the process that was told to stop is gone. */
const GONE: ReadonlySet<unknown> = new Set(['serving', 'not-serving', 'stopped']);

function mayStillEnd({ intents, end }: Job, bootId: string | null): boolean {
  if (!intents.some(({ intent }) => intent.kind === 'stop' && intent.bootId === bootId)) return false;
  return !(end?.kind === 'done' && GONE.has((end.result as { kind?: unknown } | null)?.kind));
}
