/** `lockstep add-locker --box lxc12 --locker l13 [--adopt-data]`: one locker more, on the release that the box runs. */
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

interface AddOptions extends LockerOptions {
  readonly adoptData?: boolean;
}

export const addLockerVerb = sessionVerb<AddOptions>({
  flags: (command) =>
    lockerFlags(command).option('--adopt-data', 'use the data that are there under its name already, as they are'),
  run: async (session, options) => {
    const code = await unlessInterrupted(session.io.interrupted, () => add(session, options));
    if (code === null) session.progress('\nLeft; what has begun comes to its end on the workers.');
    return code ?? EXIT.detached;
  },
});

async function add(session: Session, { locker: name, adoptData = false, reason }: AddOptions): Promise<number> {
  const { box, json, io } = session;
  const locker = lockerNamed(name);
  const door = await session.open('fresh');
  await refuseIfRunning(door, box);
  session.progress(`adding ${locker} to ${box}`);
  const changed = await changeLocker(door, { box, locker, by: actor(), reason, change: { kind: 'add', adoptData } });
  if (json) printObject(io, { box, locker, ...changed });
  else printLines(io.stdout, lockerLines(session, locker, changed));
  return changed.kind === 'added' ? EXIT.done : EXIT.failed;
}
