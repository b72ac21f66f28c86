/** `lockstep release-box --box lxc12 [--reason TEXT] [--yes]`: ends a lease that was left behind. */
import { askYes, mustBeAskable } from '../ask-yes';
import { EXIT } from '../exit-codes';
import { printLines, printObject } from '../io';
import { actor } from '../operations/actor';
import type { Door } from '../operations/door';
import { endStuck, stuckRollout } from '../operations/end-running';
import type { RunningRollout } from '../operations/running-rollout';
import { lookAtBox, releaseBox } from '../operations/release-box';
import { refuseIfRunning } from '../operations/start-rollout';
import { sharedFlags } from '../plan-flags';
import { heldText, releasedLines } from '../render/released-lines';
import type { Session } from '../session';
import type { ActOptions } from '../send-verb';
import { unlessInterrupted } from '../unless-interrupted';
import { sessionVerb } from '../verb';

interface ReleaseOptions extends ActOptions {
  readonly yes?: boolean;
}

export const releaseBoxVerb = sessionVerb<ReleaseOptions>({
  flags: (command) =>
    sharedFlags(command).option('--reason <text>', 'why, for the record').option('--yes', 'release it without asking'),
  run: async (session, options) => {
    const code = await unlessInterrupted(session.io.interrupted, () => release(session, options));
    if (code === null) session.progress('\nLeft; a release that has begun comes to its end on the workers.');
    return code ?? EXIT.detached;
  },
});

async function release(session: Session, { reason, yes = false }: ReleaseOptions): Promise<number> {
  const { box, boxInput, json, io } = session;
  const asks = !yes && !boxInput.sandbox;
  if (asks) mustBeAskable(session, `A release of ${box} asks before it takes the box`);
  const door = await session.open('fresh');
  const stuck = await stuckRollout(door, box);
  if (stuck === null) await refuseIfRunning(door, box);
  else if (!(await stuckEnded(session, door, { stuck, asks, reason }))) return EXIT.aborted;
  session.progress(`looking at ${box}`);
  const look = await lookAtBox(door, box);
  if (look.lease === null && look.owed.length === 0) return nothing(session);
  session.progress(look.lease === null ? `${box} is free` : `${box} is ${heldText(look.lease)}`);
  session.progress(`    owed: ${look.owed.join(', ') || 'none'}`);
  if (asks && !(await confirmed(session, door))) return EXIT.aborted;
  const released = await releaseBox(door, { box, by: actor(), look, ...(reason === undefined ? {} : { reason }) });
  if (json) printObject(io, { kind: 'released', box, ...released });
  else printLines(io.stdout, releasedLines(box, released));
  return released.stillDown.length === 0 ? EXIT.done : EXIT.exceptions;
}

interface Stuck {
  readonly stuck: RunningRollout;
  readonly asks: boolean;
  readonly reason: string | undefined;
}

/** One that answers nothing can't be aborted: it is terminated, as one that hangs is by `--supersede`. */
async function stuckEnded(
  session: Session,
  door: Door,
  { stuck, asks, reason = 'its box is released' }: Stuck,
): Promise<boolean> {
  const { box } = session;
  session.progress(`The rollout on ${box}, started by ${stuck.by ?? 'somebody unknown'}, is stuck: ${stuck.failing}`);
  if (asks && !(await askYes(session, 'Terminate it and release the box?'))) {
    session.progress('Nothing was changed.');
    return false;
  }
  await endStuck(door, stuck, { box, by: actor(), reason });
  session.progress('terminated; what it left down is brought up');
  return true;
}

function nothing({ box, json, io }: Session): number {
  const released = { lease: null, broughtUp: [], stillDown: [] };
  if (json) printObject(io, { kind: 'released', box, ...released });
  else io.stdout.write(`${box}: nobody holds it and nothing is owed\n`);
  return EXIT.done;
}

async function confirmed(session: Session, door: Door): Promise<boolean> {
  session.progress(`A rollout of another Temporal server than ${door.address} that still runs is thrown off the box by this.`);
  const yes = await askYes(session, 'Release it?');
  if (!yes) session.progress('Nothing was changed.');
  return yes;
}
