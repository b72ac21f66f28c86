/** The bare start, through the box's start lane. */
import { changeOf } from './change-of';
import type { BoxActivities } from './contract';
import { startDeadline } from './deadlines';
import type { ActivityPorts } from './ports/activity-ports';
import { runActivity } from './run-activity';

export const makeStartLocker = ({ box: boxes }: Pick<ActivityPorts, 'box'>): BoxActivities['startLocker'] => {
  return ({ lane, startDeadlineMs, ...step }) =>
    runActivity('finish', (running) => {
      const { box, locker } = step;
      const deadlineMs = startDeadline(lane.pressure.holdAfterMs, startDeadlineMs);
      const options = { change: changeOf(step, 'start', step), deadlineMs, ...running };
      return boxes.call(box, 'start', { locker, lane, startDeadlineMs }, options);
    });
};
