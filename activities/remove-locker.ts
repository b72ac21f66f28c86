/** A stopped locker's container, versions and logs; the owner's data only where that was said. */
import { changeOf } from './change-of';
import type { LockerActivities } from './contract';
import { DEADLINES } from './deadlines';
import type { ActivityPorts } from './ports/activity-ports';
import { runActivity } from './run-activity';

export const makeRemoveLocker = ({ box: boxes }: Pick<ActivityPorts, 'box'>): LockerActivities['removeLocker'] => {
  return ({ deleteData, ...step }) =>
    runActivity('finish', async (running) => {
      const { box, locker } = step;
      const options = { change: changeOf(step, 'remove', step), deadlineMs: DEADLINES.files, ...running };
      const { data } = await boxes.call(box, 'remove-locker', { locker, deleteData }, options);
      return { data };
    });
};
