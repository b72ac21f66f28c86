/** `lockstep status --box lxc12`: one look. Its exit code is that of the state, so that a script may ask. */
import { renderBrief } from '../../domain/operator/render-brief';
import { EXIT, exitOfState } from '../exit-codes';
import { printLines, printObject } from '../io';
import { sharedFlags } from '../plan-flags';
import { alarmsOf } from '../operations/alarms-of';
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
    const alarms = now.kind === 'finished' ? await alarmsOf(door, box) : [];
    const paint = paintFor(io.stdout, io.env);
    const more = { ...(brief !== null && { brief }), ...(alarms !== null && alarms.length > 0 && { alarms }) };
    if (session.json) printObject(io, { ...now, ...more });
    else printLines(io.stdout, now.kind === 'finished' ? finishedLines(now, paint) : statusTable(now, paint));
    if (brief !== null && !session.json) io.stdout.write(`\n${renderBrief(brief, { style: 'text' })}`);
    if (alarms === null) session.progress(`${box} could not be asked whether its lockers crash`);
    else if (!session.json)
      printLines(
        io.stdout,
        alarms.map((alarm) => paint('red', `  ALARM  ${alarm}`)),
      );
    const exit = exitOfState(now.state);
    return exit === EXIT.done && alarms !== null && alarms.length > 0 ? EXIT.exceptions : exit;
  },
});
