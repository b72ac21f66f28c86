/**
 * Brings a rollout to its end as a patient operator would: follows it, comes back when the command
 * is gone, resumes what holds (a few times), and takes over what was terminated. Bounded in all of it.
 */
import type { Finished, RolloutStatus } from '../../domain/model/status';
import type { Running } from '../support/cli';
import { start } from '../support/cli';
import type { Installation } from '../support/installation';
import type { End } from './contract';
import { endCommand } from './end-command';
import { isOver } from './installation-life';
import type { RolloutWorld } from './world';

export interface Followed {
  readonly end: End | 'no-end';
  /** null: it gave none. */
  readonly finished: Finished | null;
  readonly resumes: number;
  /** Reasons of the holds, and what commands said that ended without a result. */
  readonly told: readonly string[];
}

export const RESUMES = 5;
/** A command that comes back without a result: lost its server, was killed. */
const COME_BACKS = 10;
/** A step is tried again for two minutes and more before its box counts as unreachable, and there may be several of them. */
const END_WITHIN_MS = 900_000;
/** It may have to start server and worker first. */
const VERB_WITHIN_MS = 180_000;

interface Following {
  readonly installation: Installation;
  readonly world: Pick<RolloutWorld, 'ensureOrchestrator'>;
  /** Is told each command that is followed. */
  readonly follows: (command: Running) => void;
}
interface Trip {
  readonly until: number;
  resumes: number;
  comeBacks: number;
  tookOver: boolean;
  readonly told: string[];
}

export async function followToEnd(first: Running, following: Following): Promise<Followed> {
  const trip: Trip = { until: performance.now() + END_WITHIN_MS, resumes: 0, comeBacks: 0, tookOver: false, told: [] };
  let command: Running | null = first;
  while (command !== null && !isOver(following.installation)) {
    following.follows(command);
    const last = await lastOf(command, trip);
    if (last?.kind === 'finished') {
      if (last.fault?.code !== 'RolloutTerminated' || trip.tookOver) return endOf(trip, last);
      trip.tookOver = true;
      command = following.installation.startRollout('--supersede');
    } else command = await next(last, trip, following);
  }
  const held = trip.resumes >= RESUMES;
  return { end: held ? 'held' : 'no-end', finished: null, resumes: trip.resumes, told: trip.told };
}

type Last = Finished | RolloutStatus | { readonly kind: 'error'; readonly code: string; readonly sentence: string };

async function lastOf(command: Running, trip: Trip): Promise<Last | null> {
  const ended = await within(command, trip.until - performance.now());
  if (ended === null) {
    trip.told.push(`it did not come to an end within ${END_WITHIN_MS / 60_000} minutes`);
    return null;
  }
  const last = (ended.objects.at(-1) ?? null) as Last | null;
  if (last?.kind === 'error') trip.told.push(`${last.code}: ${last.sentence}`);
  return last;
}

/** null: nothing more to try. */
async function next(last: Last | null, trip: Trip, following: Following): Promise<Running | null> {
  const { installation } = following;
  if (last?.kind === 'status' && (last.state === 'held' || last.state === 'waiting-for-approval')) {
    trip.told.push(...last.holds.map(({ reason, sentence }) => `held, ${reason}: ${sentence}`));
    if (trip.resumes >= RESUMES) return null;
    trip.resumes += 1;
    // Its answer does not matter: a hold may lift itself meanwhile, and the next look tells.
    await lift(last, following);
  } else if (trip.comeBacks >= COME_BACKS || performance.now() > trip.until) return null;
  else trip.comeBacks += 1;
  await following.world.ensureOrchestrator().catch((error: unknown) => trip.told.push(String(error)));
  return isOver(installation) ? null : verb(installation, 'watch');
}

async function lift({ holds }: RolloutStatus, following: Following): Promise<void> {
  const liftedBy = new Set(holds.flatMap((hold) => hold.liftedBy));
  const stuck = holds.find((hold) => hold.liftedBy.includes('retryLocker') && hold.locker !== null);
  const words =
    stuck && !liftedBy.has('resume')
      ? ['retry-locker', '--locker', stuck.locker ?? '', '--how', 'kill']
      : [liftedBy.has('approve') && !liftedBy.has('resume') ? 'approve' : 'resume'];
  const command = verb(following.installation, ...words);
  following.follows(command);
  await within(command, VERB_WITHIN_MS);
}

function verb({ sandbox, env }: Installation, name = '', ...more: readonly string[]): Running {
  return start('lockstep', [name, '--box', sandbox.box, '--fleet', sandbox.fleetFile, '--json', ...more], env);
}

function endOf({ resumes, told, tookOver }: Trip, finished: Finished): Followed {
  if (finished.fault !== null) told.push(`${finished.fault.code}: ${finished.fault.sentence}`);
  return { end: endNameOf(finished, tookOver), finished, resumes, told };
}

export function endNameOf({ state, counts }: Finished, tookOver: boolean): End {
  if (state === 'rolled-back') return 'aborted';
  // Without a plan nothing was begun.
  if (state === 'failed') return counts.planned === 0 ? 'refused' : 'failed';
  return tookOver && state !== 'aborted' ? 'terminated-and-taken-over' : state;
}

/** null: it had to be ended. */
async function within(command: Running, ms: number) {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ms);
  });
  const ended = await Promise.race([command.ended, late]);
  clearTimeout(timer);
  if (ended === null) await endCommand(command);
  return ended;
}
