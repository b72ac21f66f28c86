/**
 * `lockstep roll-back --box lxc12 [--reason TEXT] [--yes] [--detach]`: a rollout that runs, is paused or
 * held turns around; one that has ended is taken back by a workflow of its own.
 */
import { Fault } from '../../domain/faults';
import { undoable } from '../../domain/plan/undoable';
import { askYes, mustBeAskable } from '../ask-yes';
import { EXIT } from '../exit-codes';
import { followRollout } from '../follow-rollout';
import { printLines, printObject } from '../io';
import { actor } from '../operations/actor';
import type { Door } from '../operations/door';
import { noRollout } from '../operations/map-error';
import { lastRollout } from '../operations/running-rollout';
import type { RunningRollout } from '../operations/running-rollout';
import { sendRollBack } from '../operations/send';
import { startUndo } from '../operations/start-rollout';
import { walkedOf } from '../operations/walked-of';
import { sharedFlags } from '../plan-flags';
import { undoLines } from '../render/undo-lines';
import { runningDoor } from '../running-door';
import type { ActOptions } from '../send-verb';
import type { Session } from '../session';
import { sessionVerb } from '../verb';
import type { Undo } from '../../workflows/messages';

interface RollBackOptions extends ActOptions {
  readonly yes?: boolean;
  readonly detach?: boolean;
}

export const rollBackVerb = sessionVerb<RollBackOptions>({
  flags: (command) =>
    sharedFlags(command)
      .option('--reason <text>', 'why, for the record')
      .option('--yes', 'begin without asking, where the rollout has ended')
      .option('--detach', 'begin, and do not follow'),
  run: async (session, options) => {
    const door = await runningDoor(session);
    const last = await lastRollout(door, session.box);
    if (last === null) throw noRollout(session.box);
    if (last.state === 'closed') return takeBack(session, { door, last, options });
    const answer = await sendRollBack(door, session.box, actOf(options));
    if (session.json) printObject(session.io, { kind: 'answer', box: session.box, answer });
    else printLines(session.io.stdout, [`${session.box}: ${answer}`]);
    return EXIT.done;
  },
});

const actOf = ({ reason }: RollBackOptions) => ({ actor: actor(), ...(reason !== undefined && { reason }) });

interface Ended {
  readonly door: Door;
  readonly last: RunningRollout;
  readonly options: RollBackOptions;
}

async function takeBack(session: Session, { door, last, options }: Ended): Promise<number> {
  const { box, io, json, boxInput } = session;
  const undo = await undoOf(session, { door, last, options });
  const lockers = undoable(undo.plan, undo.progress);
  if (lockers.length === 0) {
    if (json) printObject(io, { kind: 'nothing-to-do', box });
    else io.stdout.write(`${box}: nothing to roll back; the last rollout changed no locker that has an earlier version\n`);
    return EXIT.done;
  }
  const asks = options.yes !== true && !boxInput.sandbox;
  if (asks) mustBeAskable(session, `A roll-back of ${box} asks before it starts`);
  for (const line of undoLines(undo.plan, lockers)) session.progress(line);
  if (asks && !(await askYes(session, 'Roll them back?'))) {
    session.progress('Nothing was started.');
    return EXIT.aborted;
  }
  const started = await startUndo(await session.open('fresh'), { box, by: actor(), undo });
  session.progress(`started ${started.workflowId}, rollout ${started.rollout}`);
  if (options.detach !== true) return followRollout(session, door);
  if (json) printObject(io, { kind: 'started', box, ...started });
  return EXIT.done;
}

async function undoOf({ box }: Session, { door, last, options }: Ended): Promise<Undo> {
  const walked = await walkedOf(door, box, last.runId);
  if (walked === null) {
    throw new Fault('NoRollout', `The last rollout on ${box} changed nothing: it never came to a plan.`, {
      cure: 'Nothing is to be rolled back. `npm run lockstep -- history` lists the rollouts.',
    });
  }
  return { of: last.rollout ?? last.runId, reason: options.reason ?? null, ...walked };
}
