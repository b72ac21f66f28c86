/** Takes the box for a rollout; the same rollout gets the same lease again. */
import type { BoxActivities } from './contract';
import { DEADLINES } from './deadlines';
import type { ActivityPorts } from './ports/activity-ports';
import { runActivity } from './run-activity';

export const makeTakeLease = ({ box: boxes }: Pick<ActivityPorts, 'box'>): BoxActivities['takeLease'] => {
  return ({ box, rollout, by, force }) =>
    runActivity('leave', (running) =>
      boxes.call(box, 'take-lease', { holder: rollout, by, force }, { deadlineMs: DEADLINES.lease, ...running }),
    );
};
