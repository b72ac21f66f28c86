/** The bare stop of one locker: drained where the service can, then stopped by the box's one job for it. */
import { changeOf } from './change-of';
import type { LockerActivities } from './contract';
import { drainDeadline } from './deadlines';
import type { ActivityPorts } from './ports/activity-ports';
import { runActivity } from './run-activity';

type StopLocker = LockerActivities['stopLocker'];

/** `onPurpose`: wanted down from then on; else it is parked, until it is started on purpose. */
export function stopBare(
  { box: boxes }: Pick<ActivityPorts, 'box'>,
  { stop, drain, ...step }: Parameters<StopLocker>[0],
  onPurpose: boolean,
): ReturnType<StopLocker> {
  return runActivity('finish', (running) => {
    const { box, locker } = step;
    const deadlineMs = drainDeadline((drain?.timeoutMs ?? 0) + stop.timeoutMs);
    const options = { change: changeOf(step, 'stop', step), deadlineMs, ...running };
    const params = { locker, stop, drain: drain && { timeoutMs: drain.timeoutMs }, ...(onPurpose && { onPurpose }) };
    return boxes.call(box, 'stop', params, options);
  });
}
