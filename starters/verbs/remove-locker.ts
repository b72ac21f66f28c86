/** `lockstep remove-locker --box lxc12 --locker l13 [--delete-data] [--yes]`: drained, stopped, taken away; its data stay unless told. */
import type { LockerName } from '../../domain/model/ids';
import { askWord, askYes, mustBeAskable } from '../ask-yes';
import { EXIT } from '../exit-codes';
import { printLines, printObject } from '../io';
import { lockerFlags, lockerNamed } from '../locker-flag';
import type { LockerOptions } from '../locker-flag';
import { actor } from '../operations/actor';
import { changeLocker } from '../operations/change-locker';
import { refuseIfRunning } from '../operations/start-rollout';
import { lockerLines } from '../render/locker-lines';
import type { Session } from '../session';
import { unlessInterrupted } from '../unless-interrupted';
import { sessionVerb } from '../verb';

interface RemoveOptions extends LockerOptions {
  readonly deleteData?: boolean;
  readonly yes?: boolean;
}

export const removeLockerVerb = sessionVerb<RemoveOptions>({
  flags: (command) =>
    lockerFlags(command)
      .option('--delete-data', "delete its owner's data too; asks for the locker's name")
      .option('--yes', 'remove it without asking'),
  run: async (session, options) => {
    const code = await unlessInterrupted(session.io.interrupted, () => remove(session, options));
    if (code === null) session.progress('\nLeft; what has begun comes to its end on the workers.');
    return code ?? EXIT.detached;
  },
});

async function remove(
  session: Session,
  { locker: name, deleteData = false, yes = false, reason }: RemoveOptions,
): Promise<number> {
  const { box, boxInput, json, io } = session;
  const locker = lockerNamed(name);
  const asks = !yes && (deleteData || !boxInput.sandbox);
  if (asks) mustBeAskable(session, `Removing ${locker} asks first`);
  const door = await session.open('fresh');
  await refuseIfRunning(door, box);
  if (asks && !(await confirmed(session, locker, deleteData))) return EXIT.aborted;
  session.progress(`removing ${locker} from ${box}`);
  const changed = await changeLocker(door, { box, locker, by: actor(), reason, change: { kind: 'remove', deleteData } });
  if (json) printObject(io, { box, locker, ...changed });
  else printLines(io.stdout, lockerLines(session, locker, changed));
  return changed.kind === 'removed' ? EXIT.done : EXIT.failed;
}

async function confirmed(session: Session, locker: LockerName, deleteData: boolean): Promise<boolean> {
  const yes = deleteData
    ? await askWord(session, `This deletes the owner's data of ${locker} for ever. Type its name to go on:`, locker)
    : await askYes(session, `Remove ${locker} from ${session.box}? Its data are kept.`);
  if (!yes) session.progress('Nothing was changed.');
  return yes;
}
