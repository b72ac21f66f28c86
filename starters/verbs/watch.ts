/** `lockstep watch --box lxc12`: follow the rollout, as `start-rollout` does after its start. */
import { followRollout } from '../follow-rollout';
import { webUiOf } from '../operations/door';
import { lastRollout } from '../operations/running-rollout';
import { noRollout } from '../operations/map-error';
import { sharedFlags } from '../plan-flags';
import { runningDoor } from '../running-door';
import { sessionVerb } from '../verb';

export const watchVerb = sessionVerb({
  flags: sharedFlags,
  run: async (session) => {
    const door = await runningDoor(session);
    if ((await lastRollout(door, session.box)) === null) throw noRollout(session.box);
    const page = webUiOf(door, session.box);
    if (page !== null) session.progress(`Web UI: ${page}`);
    return followRollout(session, door);
  },
});
