/** What `start-rollout --supersede` does before it starts: ends the rollout that runs on the box, and leaves no lease behind. */
import type { Plan } from '../domain/model/plan';
import { askYes } from './ask-yes';
import { actor } from './operations/actor';
import type { Door } from './operations/door';
import { endRunning } from './operations/end-running';
import { lookAtBox, releaseBox } from './operations/release-box';
import { lastRollout } from './operations/running-rollout';
import { releasedLines } from './render/released-lines';
import type { Session } from './session';
import { changesNothing } from './show-plan';

interface TakeOver {
  readonly asks: boolean;
  /** The plan beside what runs. */
  readonly seen: Plan;
  readonly look: () => Promise<Plan>;
}

/** The plan of a box that is free to be taken; null: it was declined. */
export async function takeOver(session: Session, door: Door, { asks, seen, look }: TakeOver): Promise<Plan | null> {
  const before = await supersedeRunning(session, door, asks);
  if (before === 'declined') return null;
  // What ran may have changed lockers until its end.
  const plan = before === 'ended' ? await look() : seen;
  if (changesNothing(plan)) await freeBox(session, door);
  return plan;
}

/** `declined`: by the person, or by Ctrl-C while it waited. */
async function supersedeRunning(session: Session, door: Door, asks: boolean): Promise<'none-ran' | 'ended' | 'declined'> {
  const { box, io } = session;
  const progress = (line: string) => session.progress(line);
  const running = await lastRollout(door, box);
  if (running === null || running.state === 'closed') return 'none-ran';
  const whose = `A rollout runs on ${box}, started by ${running.by ?? 'somebody unknown'}`;
  progress([`${whose} since ${running.startedAt.toISOString()}`, ...running.known].join('\n    '));
  if (asks && !(await askYes(session, 'Abort it and take the box over?'))) {
    progress('It goes on; nothing was started.');
    return 'declined';
  }
  const by = actor();
  const options = { by, reason: 'another rollout supersedes it', progress, signal: io.interrupted };
  const ended = await endRunning(door, box, options);
  return ended === 'left' ? 'declined' : 'ended';
}

/** There is nothing to do, and so nobody who would give the box back later. */
async function freeBox(session: Session, door: Door): Promise<void> {
  const { box } = session;
  const look = await lookAtBox(door, box);
  if (look.lease === null) return;
  const released = await releaseBox(door, { box, by: actor(), reason: 'superseded, with nothing to do', look });
  for (const line of releasedLines(box, released)) session.progress(line);
}
