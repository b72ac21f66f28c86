/** Gives the box back. A lease that is somebody else's by now is left alone. */
import type { BoxActivities } from './contract';
import { DEADLINES } from './deadlines';
import type { ActivityPorts } from './ports/activity-ports';
import { runActivity } from './run-activity';

export const makeReleaseLease = ({ box: boxes }: Pick<ActivityPorts, 'box'>): BoxActivities['releaseLease'] => {
  return ({ box, rollout, generation }) =>
    runActivity('finish', async (running) => {
      const options = { deadlineMs: DEADLINES.lease, ...running };
      const known = generation ?? (await generationOf());
      if (known !== null) await boxes.call(box, 'release-lease', { holder: rollout, generation: known }, options);

      /** null: it holds nothing. */
      async function generationOf(): Promise<number | null> {
        const { lease } = await boxes.call(box, 'inspect', { target: null }, { ...options, deadlineMs: DEADLINES.look });
        return lease?.holder === rollout ? lease.generation : null;
      }
    });
};
