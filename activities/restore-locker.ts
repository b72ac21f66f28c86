/** Brings a locker back to the version that it came from, as one job on the box. */
import { changeOf } from './change-of';
import type { BoxActivities } from './contract';
import { moveDeadline } from './deadlines';
import type { ActivityPorts } from './ports/activity-ports';
import { runActivity } from './run-activity';

export const makeRestoreLocker = ({ box: boxes }: Pick<ActivityPorts, 'box'>): BoxActivities['restoreLocker'] => {
  return (move) =>
    runActivity('finish', (running) => {
      const { box, locker, stop, lane, startDeadlineMs, toVersion } = move;
      const options = { change: changeOf(move, 'restore', move), deadlineMs: moveDeadline(move), ...running };
      return boxes.call(box, 'restore', { locker, stop, lane, startDeadlineMs, toVersion }, options);
    });
};
