/** `lockstep status --box lxc12`: one look. Its exit code is that of the state, so that a script may ask. */
import { renderBrief } from '../../domain/operator/render-brief';
import { exitOfState } from '../exit-codes';
import { printLines, printObject } from '../io';
import { sharedFlags } from '../plan-flags';
import { briefOf } from '../operations/brief-of';
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
    const door = await runningDoor(session);
    const now = await statusOf(door, box);
    // Asked only where somebody is: it says what he would answer to.
    const brief = now.kind === 'status' && now.gate !== null ? await briefOf(door, box) : null;
    const paint = paintFor(io.stdout, io.env);
    if (session.json) printObject(io, brief === null ? now : { ...now, brief });
    else printLines(io.stdout, now.kind === 'finished' ? finishedLines(now, paint) : statusTable(now, paint));
    if (brief !== null && !session.json) io.stdout.write(`\n${renderBrief(brief, { style: 'text' })}`);
    return exitOfState(now.state);
  },
});
