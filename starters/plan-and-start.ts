/** Plan, show, confirm, start, follow. Preview and run use one planner; the start carries the digest of what was shown. */
import type { Plan } from '../domain/model/plan';
import { askToStart } from './ask-to-start';
import { mustBeAskable } from './ask-yes';
import { EXIT } from './exit-codes';
import { followRollout } from './follow-rollout';
import { printObject } from './io';
import { actor } from './operations/actor';
import type { Door } from './operations/door';
import { refuseIfRunning, startRollout } from './operations/start-rollout';
import type { StartOptions, Wanted } from './plan-flags';
import { planOf } from './plan-of';
import type { Session } from './session';
import { nothingToDo, showPlan } from './show-plan';
import { takeOver } from './supersede';

export interface ReadyToStart {
  readonly kind: 'go';
  readonly door: Door;
  readonly plan: Plan;
  readonly wanted: Wanted;
}
type Prepared = ReadyToStart | { readonly kind: 'exit'; readonly code: number };

export async function prepareStart(session: Session, wanted: Wanted, options: StartOptions): Promise<Prepared> {
  const { box } = session;
  const { dryRun = false, yes = false, supersede = false } = options;
  const asks = !dryRun && !yes && !session.boxInput.sandbox;
  if (asks) mustBeAskable(session, `A rollout on ${box} asks before it starts`);
  const door = await session.open('fresh');
  if (!dryRun && !supersede) await refuseIfRunning(door, box);
  session.progress(`looking at ${box}`);
  const look = () => planOf(door, { box, ...wanted });
  // Before anybody is thrown out: with a ref that does not exist nothing ends.
  const seen = await look();
  if (dryRun) return { kind: 'exit', code: showPlan(session, seen) };
  const plan = supersede ? await takeOver(session, door, { asks, seen, look }) : seen;
  if (plan === null) return { kind: 'exit', code: EXIT.aborted };
  const done = nothingToDo(session, plan);
  if (done !== null) return { kind: 'exit', code: done };
  return (await askToStart(session, plan, asks)) ? { kind: 'go', door, plan, wanted } : { kind: 'exit', code: EXIT.aborted };
}

export async function startAndFollow(session: Session, ready: ReadyToStart, options: StartOptions): Promise<number> {
  const { door, plan, wanted } = ready;
  const { box, json, io } = session;
  const { detach = false, supersede = false, reason } = options;
  const why = reason === undefined ? {} : { why: reason };
  const request = { box, ...wanted, ...why, by: actor(), expectedDigest: plan.digest };
  const started = await startRollout(door, supersede ? { ...request, supersede } : request);
  session.progress(`started ${started.workflowId}, rollout ${started.rollout}`);
  if (started.webUi !== null) session.progress(`Web UI: ${started.webUi}`);
  if (!detach) return followRollout(session, door);
  if (json) printObject(io, { kind: 'started', box, ...started });
  else io.stdout.write(`It runs by itself. Follow it with: npm run lockstep -- watch --box ${box}\n`);
  return EXIT.done;
}
