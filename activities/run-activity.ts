/**
 * What every activity has in common: it heartbeats with the newest line from the box, turns a
 * Fault into an ApplicationFailure, and tells the kinds of cancellation apart. A natively paused
 * activity, a worker that shuts down and a reset leave the step as it is: the next attempt
 * attaches under the same token. Only a requested cancellation ends it for good.
 */
import { CancelledFailure, Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { Fault } from '../domain/faults';

export interface Running {
  /** Hand it to every wait. */
  readonly signal: AbortSignal;
  readonly onProgress: (line: string) => void;
  /** Somebody wants this step not to go on (and not merely this attempt). */
  isCancelled(): boolean;
}

/** `finish`: the box carries it through anyway; a requested cancellation waits for its end and returns its outcome. */
export type OnCancel = 'leave' | 'finish';

/**
 * Recovery time after a worker's death is the heartbeat timeout, so this is a fraction of it. None at
 * the beginning: most steps end before the first one is due, and each costs the server a write.
 */
const HEARTBEAT_MS = 3_000;

export async function runActivity<T>(onCancel: OnCancel, work: (running: Running) => Promise<T>): Promise<T> {
  const context = Context.current();
  const stop = new AbortController();
  let newest = '';
  const beat = () => context.heartbeat({ line: newest });
  const isCancelled = () => context.cancellationDetails?.cancelRequested === true;
  const onSignal = () => {
    if (onCancel === 'leave' || !isCancelled()) stop.abort(new Interrupted());
  };
  const onProgress = (line: string) => {
    newest = line;
  };
  const timer = setInterval(beat, HEARTBEAT_MS);
  context.cancellationSignal.addEventListener('abort', onSignal, { once: true });
  if (context.cancellationSignal.aborted) onSignal();
  try {
    return await work({ signal: stop.signal, onProgress, isCancelled });
  } catch (error) {
    throw toTemporal(error, isCancelled());
  } finally {
    clearInterval(timer);
    context.cancellationSignal.removeEventListener('abort', onSignal);
  }
}

class Interrupted extends Error {}

function toTemporal(error: unknown, cancelled: boolean): unknown {
  // A wait may wrap our reason (AbortError with it as cause).
  if (error instanceof Interrupted || (error instanceof Error && error.cause instanceof Interrupted)) {
    if (cancelled) return new CancelledFailure('cancelled by request');
    return ApplicationFailure.create({
      type: 'Interrupted',
      message: 'This attempt was interrupted; the next one attaches to the step.',
    });
  }
  if (!(error instanceof Fault)) return error;
  const { code, message, retryable, details } = error;
  return ApplicationFailure.create({ type: code, message, nonRetryable: !retryable, details: [details] });
}
