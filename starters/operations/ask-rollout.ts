/**
 * A question or a message to a rollout's workflow. Silence has two reasons that need other cures: no worker is there, or the
 * workflow code fails in the worker that is. So whoever asks is told which, with the failure's own words.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '../../domain/faults';
import { workflowIdOf } from '../../workflows/messages';
import { ask } from './ask';
import type { Door } from './door';
import { stuckFault } from './map-error';
import { taskFailureOf } from './task-failure';

export interface AskRollout {
  /** Of one that is not the last any more. */
  readonly runId?: string | undefined;
  readonly withinMs?: number;
}

/** An answer takes a fraction of a second; a message to one that is stuck is never refused, it only hangs. */
const LOOK_EVERY_MS = 4_000;
const MAY_BE_STUCK: readonly string[] = ['WorkerMissing', 'RolloutStuck'];

export async function askRollout<T>(door: Door, box: string, question: () => Promise<T>, more: AskRollout = {}): Promise<T> {
  const { runId, withinMs } = more;
  const answered = new AbortController();
  try {
    return await Promise.race([ask(door, box, question, withinMs), untilStuck(door, box, { runId, signal: answered.signal })]);
  } catch (error) {
    if (!(error instanceof Fault) || !MAY_BE_STUCK.includes(error.code)) throw error;
    const why = await whyStuck(door, box, runId);
    throw why === null ? error : stuckFault({ box, address: door.address }, [why]);
  } finally {
    answered.abort();
  }
}

interface Waiting {
  readonly runId: string | undefined;
  readonly signal: AbortSignal;
}

/** Ends only by throwing, or after the answer. Two looks: what a pause in Temporal has broken the workers mend within seconds. */
async function untilStuck(door: Door, box: string, { runId, signal }: Waiting): Promise<never> {
  for (let before: string | null = null; ; ) {
    await sleep(LOOK_EVERY_MS, undefined, { signal, ref: false }).catch(() => new Promise<never>(() => {}));
    const why = await whyStuck(door, box, runId);
    const again = before !== null;
    before = why;
    if (why !== null && again) throw stuckFault({ box, address: door.address }, [why]);
  }
}

/** null: it is not, or the server does not say. */
export async function whyStuck(door: Door, box: string, runId?: string): Promise<string | null> {
  const execution = { workflowId: workflowIdOf(box), ...(runId !== undefined && { runId }) };
  return taskFailureOf(door, box, execution).catch(() => null);
}
