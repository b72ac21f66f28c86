/** The bare stop, for good: drained where the service can, and wanted down from then on. */
import { changeOf } from './change-of';
import type { LockerActivities } from './contract';
import { drainDeadline } from './deadlines';
import type { ActivityPorts } from './ports/activity-ports';
import { runActivity } from './run-activity';

export const makeStopLocker = ({ box: boxes }: Pick<ActivityPorts, 'box'>): LockerActivities['stopLocker'] => {
  return ({ stop, drain, ...step }) =>
    runActivity('finish', (running) => {
      const { box, locker } = step;
      const deadlineMs = drainDeadline((drain?.timeoutMs ?? 0) + stop.timeoutMs);
      const options = { change: changeOf(step, 'stop', step), deadlineMs, ...running };
      const params = { locker, stop, drain: drain && { timeoutMs: drain.timeoutMs }, onPurpose: true };
      return boxes.call(box, 'stop', params, options);
    });
};
