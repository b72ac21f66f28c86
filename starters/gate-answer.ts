/** What approve and reject answer to: the batch that is asked about and the plan that it belongs to. */
import type { Command } from 'commander';
import { Fault } from '../domain/faults';
import type { RolloutStatus } from '../domain/model/status';
import type { Act, ApproveMessage } from '../workflows/messages';
import { runningStatusOf } from './operations/status-of';
import type { Door } from './operations/door';
import type { ActOptions } from './send-verb';

export interface GateOptions extends ActOptions {
  readonly batch?: number;
  readonly digest?: string;
  readonly overlay?: number;
}

export function gateFlags(command: Command): Command {
  return command
    .option('--batch <number>', 'the batch that is to begin (default: the one that is asked about)', (typed) =>
      wholeNumber('--batch', typed),
    )
    .option('--digest <digest>', 'of the plan that was read (default: the current one)')
    .option('--overlay <number>', 'of the adjustment that was read (default: the current one)', (typed) =>
      wholeNumber('--overlay', typed),
    );
}

/** What is not given is taken from the status; what is given goes as it is, so that a stale answer is refused. */
export async function gateMessage(door: Door, act: Act, options: GateOptions): Promise<ApproveMessage> {
  const { batch, digest } = options;
  const read = options.overlay === undefined ? {} : { overlay: options.overlay };
  if (batch !== undefined && digest !== undefined) return { ...act, batch, planDigest: digest, ...read };
  const now = await runningStatusOf(door, options.box);
  const current = now.overlay === null ? {} : { overlay: now.overlay.number };
  const opening = now.gate?.opening;
  const seen = opening === undefined ? {} : { opening };
  return { ...act, batch: batch ?? askedBatch(now), planDigest: digest ?? now.planDigest ?? '', ...current, ...read, ...seen };
}

/** A rejected gate is a hold, and an approval lifts it: then it is the next batch that is meant. */
function askedBatch({ gate, holds, batch, box, state }: RolloutStatus): number {
  if (gate !== null) return gate.batch;
  if (batch !== null && holds.some(({ liftedBy }) => liftedBy.includes('approve'))) return batch.number;
  throw new Fault('MessageRefused', `The rollout on ${box} asks for no approval: it is ${state.replaceAll('-', ' ')}.`);
}

function wholeNumber(flag: string, typed: string): number {
  if (/^[1-9]\d{0,5}$/.test(typed)) return Number(typed);
  throw new Fault('PolicyInvalid', `${flag} ${JSON.stringify(typed)} can not be used: write a number such as 2.`, {
    cure: '`lockstep status` shows the batch that is asked about.',
  });
}
