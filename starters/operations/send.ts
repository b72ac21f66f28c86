/** A person's messages to a running rollout, as updates: each answers with one sentence or is refused with one. */
import type { UpdateDefinition } from '@temporalio/common';
import { abort, adjust, approve, pause, reject, resume, retryLocker, rollBack, skipLocker } from '../../workflows/messages';
import type {
  Act,
  AdjustMessage,
  ApproveMessage,
  PauseMessage,
  RetryLockerMessage,
  SkipLockerMessage,
} from '../../workflows/messages';
import { ask } from './ask';
import { rolloutHandle } from './door';
import type { Door } from './door';

const sender =
  <M extends Act>(update: UpdateDefinition<string, [M]>) =>
  (door: Door, box: string, message: M): Promise<string> =>
    ask(door, box, () => rolloutHandle(door, box).executeUpdate(update, { args: [message] }));

export const sendApprove = sender<ApproveMessage>(approve);
export const sendReject = sender<ApproveMessage>(reject);
export const sendPause = sender<PauseMessage>(pause);
export const sendResume = sender<Act>(resume);
export const sendAbort = sender<Act>(abort);
export const sendRollBack = sender<Act>(rollBack);
export const sendAdjust = sender<AdjustMessage>(adjust);
export const sendSkipLocker = sender<SkipLockerMessage>(skipLocker);
export const sendRetryLocker = sender<RetryLockerMessage>(retryLocker);
