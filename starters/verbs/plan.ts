/** `lockstep plan --box lxc12`: the same as `start-rollout --dry-run`. */
import { EXIT } from '../exit-codes';
import { planOf } from '../plan-of';
import { planFlags, sharedFlags, wantedOf } from '../plan-flags';
import type { PlanOptions } from '../plan-flags';
import { showPlan } from '../show-plan';
import { unlessInterrupted } from '../unless-interrupted';
import { sessionVerb } from '../verb';

export const planVerb = sessionVerb<PlanOptions>({
  flags: (command) => planFlags(sharedFlags(command)),
  run: async (session, options) => {
    const wanted = wantedOf(options);
    const plan = await unlessInterrupted(session.io.interrupted, async () => {
      const door = await session.open('fresh');
      session.progress(`looking at ${session.box}`);
      return planOf(door, { box: session.box, ...wanted });
    });
    return plan === null ? EXIT.detached : showPlan(session, plan);
  },
});
