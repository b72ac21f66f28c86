/** The result of a rollout, also of one that could not give its own: failed, cancelled or terminated in Temporal. */
import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure, TerminatedFailure, TimeoutFailure } from '@temporalio/common';
import { Fault, FAULTS } from '../../domain/faults';
import type { FaultDetails } from '../../domain/faults';
import type { BoxName } from '../../domain/model/ids';
import type { Counts } from '../../domain/model/outcome';
import type { Finished, RolloutStatus } from '../../domain/model/status';
import { finishedOf as endedAs } from '../../domain/operator/rollout-status';
import { status } from '../../workflows/messages';
import { ask } from './ask';
import { rolloutHandle } from './door';
import type { Door } from './door';
import { faultOf } from './map-error';

const CLOSED_ANSWERS_WITHIN_MS = 5_000;
const NO_COUNTS: Counts = { planned: 0, updated: 0, unchanged: 0, restored: 0, failed: 0, skipped: 0, unreachable: 0 };

/**
 * Waits for the end, so ask only about one that has ended. `last`: the status seen last, for the
 * counts of one that ended without a result; without it the closed workflow itself is asked.
 */
export async function finishedOf(door: Door, box: string, last: RolloutStatus | null, runId?: string): Promise<Finished> {
  try {
    return (await rolloutHandle(door, box, runId).result()) as Finished;
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw faultOf(error, { box, address: door.address });
    const told = toldBy(error.cause);
    if (told !== null) return told;
    const end = endOf(error, box, door);
    return withoutResult(box as BoxName, end, (await closedStatus(door, box, runId)) ?? last);
  }
}

/** A workflow that fails half way carries its result behind the fault. */
function toldBy(cause: Error | undefined): Finished | null {
  const second: unknown = cause instanceof ApplicationFailure ? cause.details?.[1] : undefined;
  return (second as Partial<Finished> | undefined)?.kind === 'finished' ? (second as Finished) : null;
}

/** Its last status is still there to be asked, if a worker is; nobody waits long for that. */
export async function closedStatus(door: Door, box: string, runId?: string): Promise<RolloutStatus | null> {
  return ask(door, box, () => rolloutHandle(door, box, runId).query(status), CLOSED_ANSWERS_WITHIN_MS).catch(() => null);
}

type End = Pick<Finished, 'state' | 'fault'>;

function endOf(error: WorkflowFailedError, box: string, door: Door): End {
  const { cause } = error;
  if (cause instanceof CancelledFailure) return { state: 'aborted', fault: null };
  if (cause instanceof TerminatedFailure) {
    const evidence = cause.message ? [cause.message] : [];
    return {
      state: 'failed',
      fault: detailsOf(new Fault('RolloutTerminated', `The rollout on ${box} was terminated in Temporal.`, { evidence })),
    };
  }
  const fault = faultOf(error, { box, address: door.address });
  if (fault instanceof Fault) return { state: 'failed', fault: detailsOf(fault) };
  const sentence = cause?.message ?? 'The workflow failed without a reason.';
  const code =
    cause instanceof ApplicationFailure
      ? (cause.type ?? 'ApplicationFailure')
      : cause instanceof TimeoutFailure
        ? 'TimeoutFailure'
        : 'WorkflowFailed';
  return { state: 'failed', fault: { code, sentence, cure: FAULTS.RolloutTerminated.cure, evidence: [] } };
}

const detailsOf = ({ details }: Fault): FaultDetails => details;

function withoutResult(box: BoxName, end: End, last: RolloutStatus | null): Finished {
  if (last) return { ...endedAs(last, 'failed'), ...end };
  return { kind: 'finished', box, rollout: '', release: null, counts: NO_COUNTS, exceptions: [], ...end };
}
