/** A person's messages to a running rollout, as updates: each answers with one sentence or is refused with one. */
import type { UpdateDefinition } from '@temporalio/common';
import { Fault } from '../../domain/faults';
import { abort, adjust, approve, pause, reject, resume, retryLocker, rollBack, skipLocker } from '../../workflows/messages';
import type {
  Act,
  AdjustMessage,
  ApproveMessage,
  PauseMessage,
  RetryLockerMessage,
  SkipLockerMessage,
} from '../../workflows/messages';
import { askRollout } from './ask-rollout';
import { rolloutHandle } from './door';
import type { Door } from './door';
import { lastRollout } from './running-rollout';

const sender =
  <M extends Act>(update: UpdateDefinition<string, [M]>) =>
  async (door: Door, box: string, message: M): Promise<string> => {
    const send = () => askRollout(door, box, () => rolloutHandle(door, box).executeUpdate(update, { args: [message] }));
    try {
      return await send();
    } catch (error) {
      if (await wasReset(door, box, error)) return send();
      throw error;
    }
  };

/** The run was reset under it (workers/mending), and no worker had taken it up: the next run has not heard of it. */
async function wasReset(door: Door, box: string, error: unknown): Promise<boolean> {
  if (!(error instanceof Fault) || error.code !== 'NoRollout') return false;
  return (await lastRollout(door, box))?.state === 'running';
}

export const sendApprove = sender<ApproveMessage>(approve);
export const sendReject = sender<ApproveMessage>(reject);
export const sendPause = sender<PauseMessage>(pause);
export const sendResume = sender<Act>(resume);
export const sendAbort = sender<Act>(abort);
export const sendRollBack = sender<Act>(rollBack);
export const sendAdjust = sender<AdjustMessage>(adjust);
export const sendSkipLocker = sender<SkipLockerMessage>(skipLocker);
export const sendRetryLocker = sender<RetryLockerMessage>(retryLocker);
