/** Gives the box back. A lease that is somebody else's by now is left alone. */
import type { BoxActivities } from './contract';
import { DEADLINES } from './deadlines';
import type { ActivityPorts } from './ports/activity-ports';
import { runActivity } from './run-activity';

export const makeReleaseLease = ({ box: boxes }: Pick<ActivityPorts, 'box'>): BoxActivities['releaseLease'] => {
  return ({ box, rollout, generation }) =>
    runActivity('finish', async (running) => {
      await boxes.call(box, 'release-lease', { holder: rollout, generation }, { deadlineMs: DEADLINES.lease, ...running });
    });
};
