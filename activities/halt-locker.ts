/** The bare stop of a barrier: drained where the service can, parked on the box until it is started on purpose. */
import { changeOf } from './change-of';
import type { BoxActivities } from './contract';
import { drainDeadline } from './deadlines';
import type { ActivityPorts } from './ports/activity-ports';
import { runActivity } from './run-activity';

export const makeHaltLocker = ({ box: boxes }: Pick<ActivityPorts, 'box'>): BoxActivities['haltLocker'] => {
  return ({ stop, drain, ...step }) =>
    runActivity('finish', (running) => {
      const { box, locker } = step;
      const deadlineMs = drainDeadline((drain?.timeoutMs ?? 0) + stop.timeoutMs);
      const options = { change: changeOf(step, 'stop', step), deadlineMs, ...running };
      return boxes.call(box, 'stop', { locker, stop, drain: drain && { timeoutMs: drain.timeoutMs } }, options);
    });
};
