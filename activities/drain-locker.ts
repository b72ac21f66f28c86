/** The reversible quiesce. A requested cancellation undoes it. */
import { changeOf } from './change-of';
import type { BoxActivities } from './contract';
import { DEADLINES, drainDeadline } from './deadlines';
import type { ActivityPorts } from './ports/activity-ports';
import { runActivity } from './run-activity';

export const makeDrainLocker = ({ box: boxes }: Pick<ActivityPorts, 'box'>): BoxActivities['drainLocker'] => {
  return ({ drain, ...step }) =>
    runActivity('leave', async (running) => {
      const { box, locker } = step;
      try {
        const options = { change: changeOf(step, 'drain', step), deadlineMs: drainDeadline(drain.timeoutMs), ...running };
        return await boxes.call(box, 'drain', { locker, ...drain }, options);
      } catch (error) {
        if (running.isCancelled()) {
          const options = { change: changeOf(step, 'undrain', step), deadlineMs: DEADLINES.undrain };
          await boxes.call(box, 'undrain', { locker }, options);
        }
        throw error;
      }
    });
};
