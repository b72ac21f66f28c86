/**
 * Follows a rollout to its end by asking again and again: the query is cheap, survives the death
 * of worker and server, and needs no state of ours. Yields what changed; the caller decides when
 * it has seen enough.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '../../domain/faults';
import type { Finished, RolloutStatus } from '../../domain/model/status';
import { status } from '../../workflows/messages';
import { askRollout } from './ask-rollout';
import { rolloutHandle } from './door';
import type { Door } from './door';
import { closedStatus, finishedOf } from './finished-of';
import { stuckFault } from './map-error';
import { lastRollout } from './running-rollout';
import type { RunningRollout } from './running-rollout';

export type Followed =
  | RolloutStatus
  | Finished
  /** It can't be asked just now (paused in Temporal, stuck, no worker, no server); it goes on being asked. */
  | { readonly kind: 'silent'; readonly fault: Fault };

const ASK_EVERY_MS = 400;
/** An answer about 300 lockers costs the worker, and on a small machine that is time which the lockers lack. */
const PAUSE_PER_ANSWER = 8;
const ASK_AT_LEAST_EVERY_MS = 3_000;
const ANSWER_WITHIN_MS = 8_000;
/** What passes by itself or is lifted by somebody else. */
const PASSING: readonly string[] = ['WorkflowPaused', 'WorkerMissing', 'TemporalUnreachable', 'RolloutStuck'];

export async function* follow(door: Door, box: string, signal: AbortSignal): AsyncGenerator<Followed> {
  let last: RolloutStatus | null = null;
  const watched: Watched = { run: null };
  let said = '';
  while (!signal.aborted) {
    const asked = performance.now();
    const seen = await look(door, box, { last, watched });
    const pause = pauseAfter(performance.now() - asked);
    if (seen.kind === 'status') last = seen;
    if (seen.kind === 'finished' && last !== null) {
      // What ended between the last look and the end is told too.
      const final = await closedStatus(door, box, watched.run?.runId);
      if (final !== null && JSON.stringify(final) !== said) yield final;
    }
    const text = seen.kind === 'silent' ? seen.fault.message : JSON.stringify(seen);
    if (text !== said) yield seen;
    said = text;
    if (seen.kind === 'finished') return;
    await sleep(pause, undefined, { signal }).catch(() => {});
  }
}

const pauseAfter = (answerMs: number): number =>
  Math.min(ASK_AT_LEAST_EVERY_MS, Math.max(ASK_EVERY_MS, PAUSE_PER_ANSWER * answerMs));

interface Watched {
  /** As it was seen last. */
  run: RunningRollout | null;
}
interface Before {
  readonly last: RolloutStatus | null;
  readonly watched: Watched;
}

async function look(door: Door, box: string, { last, watched }: Before): Promise<Followed> {
  try {
    const rollout = await lastRollout(door, box);
    // The next one has begun already: what is followed is the one before, and its end is what is told.
    const { run } = watched;
    if (run !== null && rollout?.rollout !== run.rollout) return await finishedOf(door, box, last, run.runId);
    watched.run = rollout;
    if (rollout?.state === 'closed') return await finishedOf(door, box, last);
    if (rollout !== null && rollout.failing !== null) throw stuckFault({ box, address: door.address }, [rollout.failing]);
    const now = await askRollout(door, box, () => rolloutHandle(door, box).query(status), { withinMs: ANSWER_WITHIN_MS });
    return { ...now, steps: rollout?.steps ?? [] };
  } catch (error) {
    if (error instanceof Fault && PASSING.includes(error.code)) return { kind: 'silent', fault: error };
    throw error;
  }
}
