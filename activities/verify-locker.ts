/** Good probes in a row, stable, the right build by the locker's own word; then it is no longer owed. */
import { changeOf } from './change-of';
import type { BoxActivities } from './contract';
import { verifyDeadline } from './deadlines';
import type { ActivityPorts } from './ports/activity-ports';
import { runActivity } from './run-activity';

export const makeVerifyLocker = ({ box: boxes }: Pick<ActivityPorts, 'box'>): BoxActivities['verifyLocker'] => {
  return ({ verify, ...step }) =>
    runActivity('finish', (running) => {
      const { box, locker } = step;
      const options = { change: changeOf(step, 'verify', step), deadlineMs: verifyDeadline(verify.deadlineMs), ...running };
      return boxes.call(box, 'verify', { locker, ...verify }, options);
    });
};
