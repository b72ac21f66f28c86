/** `lockstep status --box lxc12`: one look. Its exit code is that of the state, so that a script may ask. */
import { exitOfState } from '../exit-codes';
import { printLines, printObject } from '../io';
import { sharedFlags } from '../plan-flags';
import { statusOf } from '../operations/status-of';
import { finishedLines } from '../render/finished-lines';
import { paintFor } from '../render/paint';
import { statusTable } from '../render/status-table';
import { runningDoor } from '../running-door';
import { sessionVerb } from '../verb';

export const statusVerb = sessionVerb({
  flags: sharedFlags,
  run: async (session) => {
    const { io, box } = session;
    const now = await statusOf(await runningDoor(session), box);
    const paint = paintFor(io.stdout, io.env);
    if (session.json) printObject(io, now);
    else printLines(io.stdout, now.kind === 'finished' ? finishedLines(now, paint) : statusTable(now, paint));
    return exitOfState(now.state);
  },
});
