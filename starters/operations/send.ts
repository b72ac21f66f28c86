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

/** How long its sender waits, and clocks may differ: the server keeps a message that nobody took up, and a worker may come at any time. */
const VALID_FOR_MS = 20_000 + 60_000;

export interface Sending {
  /** For a sender who waits longer than a person does. */
  readonly validForMs?: number;
}

const sender =
  <M extends Act>(update: UpdateDefinition<string, [M]>) =>
  async (door: Door, box: string, message: M, { validForMs = VALID_FOR_MS }: Sending = {}): Promise<string> => {
    const validUntil = new Date(Date.now() + validForMs).toISOString();
    const args: [M] = [{ ...message, validUntil }];
    const send = () => askRollout(door, box, () => rolloutHandle(door, box).executeUpdate(update, { args }));
    try {
      return await send().catch(async (error: unknown) => {
        if (await wasReset(door, box, error)) return send();
        throw error;
      });
    } catch (error) {
      throw error instanceof Fault && UNHEARD.includes(error.code) ? notHeard(error, update.name, validUntil) : error;
    }
  };

/** The run was reset under it (workers/mending), and no worker had taken it up: the next run has not heard of it. */
async function wasReset(door: Door, box: string, error: unknown): Promise<boolean> {
  if (!(error instanceof Fault) || error.code !== 'NoRollout') return false;
  return (await lastRollout(door, box))?.state === 'running';
}

/** The message may lie at the server. */
const UNHEARD: readonly string[] = ['WorkerMissing', 'RolloutStuck', 'TemporalUnreachable'];

function notHeard({ code, sentence, cure, evidence }: Fault, name: string, validUntil: string): Fault {
  const kept = `the ${name} may still be carried out if a worker takes it up before ${validUntil}; later it is refused, and the status says so`;
  return new Fault(code, sentence, { cure, evidence: [...evidence, kept] });
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
