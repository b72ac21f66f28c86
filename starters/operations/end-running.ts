/**
 * Ends the rollout that runs on a box so that another one may begin: aborts it, waits for its end
 * (every locker up, the box given back), and terminates it when it gives no sign for too long.
 * Terminating is safe: the box brings up what is owed by itself, and the next lease adopts its jobs.
 */
import { Fault } from '../../domain/faults';
import type { RolloutStatus } from '../../domain/model/status';
import { ask } from './ask';
import { rolloutHandle } from './door';
import type { Door } from './door';
import { follow } from './follow';
import { lastRollout } from './running-rollout';
import type { RunningRollout } from './running-rollout';
import { sendAbort } from './send';
import { statusOf } from './status-of';

export interface EndRunning {
  readonly by: string;
  readonly reason: string;
  progress(line: string): void;
  /** Leaves it to itself: what was sent counts, nothing more is sent. */
  readonly signal: AbortSignal;
  /** Without any change of its status. A stop may take a minute by default, so more than that. */
  readonly silentMs?: number;
  /** Altogether. */
  readonly longestMs?: number;
}
/** `left`: by the signal. */
export type EndedRunning = 'none-ran' | 'ended' | 'terminated' | 'left';

const SILENT_MS = 2 * 60_000;
const LONGEST_MS = 10 * 60_000;

export async function endRunning(door: Door, box: string, options: EndRunning): Promise<EndedRunning> {
  const last = await lastRollout(door, box);
  if (last === null || last.state === 'closed') return 'none-ran';
  options.progress(
    `aborting the rollout that runs on ${box}, started by ${last.by ?? 'somebody unknown'}; Ctrl-C leaves it to its abort and starts nothing`,
  );
  const why = whyUnheard(last) ?? (await abortAndWait(door, last, { ...options, box }));
  if (why === 'ended' || why === 'left') return why;
  options.progress(`${why}: terminating it; what it left down is brought up first`);
  return terminate(door, last, { ...options, box });
}

/** Where no message gets in: waiting would be for the person who paused it, or for another worker. */
function whyUnheard({ state, failing }: RunningRollout): string | null {
  if (failing !== null) return `it is stuck and answers nothing (${failing})`;
  return state === 'paused-in-temporal' ? 'it is paused in Temporal and answers nothing' : null;
}

/** The rollout of a box that no message can end, with why in `failing`; null: nothing runs, or what runs answers. */
export async function stuckRollout(door: Door, box: string): Promise<RunningRollout | null> {
  const last = await lastRollout(door, box);
  if (last === null || last.state === 'closed') return null;
  if (last.failing !== null) return last;
  // Nothing may have happened since its worker changed: a question tells.
  const fault: unknown = await statusOf(door, box).then(
    () => null,
    (error: unknown) => error,
  );
  return fault instanceof Fault && fault.code === 'RolloutStuck' ? { ...last, failing: fault.evidence.join('; ') } : null;
}

/** Terminates one that is stuck. What it left down the box brings up, and the next lease adopts its jobs. */
export async function endStuck(door: Door, stuck: RunningRollout, { box, by, reason }: EndStuck): Promise<void> {
  await terminate(door, stuck, { box, by, reason });
}
export type EndStuck = Pick<Ending, 'box' | 'by' | 'reason'>;

type Ending = EndRunning & { readonly box: string };

/** 'ended', 'left', or why it does not come to an end. */
async function abortAndWait(door: Door, { rollout }: RunningRollout, options: Ending): Promise<string> {
  const { box, by, reason, signal } = options;
  const progress = (line: string) => options.progress(line);
  // A worker may come while this waits.
  const sending = { validForMs: options.longestMs ?? LONGEST_MS };
  const answer = await sendAbort(door, box, { actor: by, reason }, sending).catch(passing);
  if (answer !== null) progress(answer);
  const patience = makePatience(options);
  try {
    for await (const seen of follow(door, box, AbortSignal.any([signal, patience.over]))) {
      // Another one has begun since: that one was never meant.
      if (seen.kind === 'finished' || (seen.kind === 'status' && rollout !== null && seen.rollout !== rollout)) return 'ended';
      if (seen.kind === 'silent' && seen.fault.code === 'RolloutStuck') return `it is stuck (${seen.fault.evidence.join('; ')})`;
      if (seen.kind === 'silent') progress(seen.fault.sentence);
      else {
        patience.renew();
        progress(`waiting for its end: ${standing(seen)}`);
      }
    }
  } finally {
    patience.end();
  }
  return signal.aborted ? 'left' : 'it does not come to its end';
}

/** It was told before, has ended meanwhile, or is silent just now: the wait tells which. */
function passing(error: unknown): null {
  const codes: readonly string[] = ['MessageRefused', 'NoRollout', 'WorkerMissing', 'WorkflowPaused', 'RolloutStuck'];
  if (error instanceof Fault && codes.includes(error.code)) return null;
  throw error;
}

function standing({ state, lockers, asks }: RolloutStatus): string {
  const inFlight = lockers.filter(({ stage }) => stage !== 'waiting' && stage !== 'ended').map(({ name }) => name);
  const flying = inFlight.length === 0 ? 'no locker in flight' : `in flight ${inFlight.slice(0, 5).join(', ')}`;
  const more = inFlight.length > 5 ? ` and ${inFlight.length - 5} more` : '';
  return `${state.replaceAll('-', ' ')}, ${flying}${more}${asks === null ? '' : `; ${asks}`}`;
}

interface Patience {
  readonly over: AbortSignal;
  renew(): void;
  end(): void;
}

function makePatience({ silentMs = SILENT_MS, longestMs = LONGEST_MS }: EndRunning): Patience {
  const over = new AbortController();
  const lose = () => over.abort();
  const longest = setTimeout(lose, longestMs);
  let silence = setTimeout(lose, silentMs);
  return {
    over: over.signal,
    renew: () => {
      clearTimeout(silence);
      silence = setTimeout(lose, silentMs);
    },
    end: () => {
      clearTimeout(longest);
      clearTimeout(silence);
    },
  };
}

async function terminate(door: Door, meant: RunningRollout, { box, by, reason }: EndStuck): Promise<EndedRunning> {
  const now = await lastRollout(door, box);
  if (now === null || now.state === 'closed' || now.rollout !== meant.rollout) return 'ended';
  try {
    await ask(door, box, () => rolloutHandle(door, box).terminate(`superseded by ${by}: ${reason}`.slice(0, 500)));
    return 'terminated';
  } catch (error) {
    // It ended just now.
    if ((await lastRollout(door, box))?.state === 'closed') return 'ended';
    throw error;
  }
}
