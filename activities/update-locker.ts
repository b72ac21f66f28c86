/** Stop → migrate → switch → start: one job on the box, which finishes without us. */
import { changeOf } from './change-of';
import type { BoxActivities } from './contract';
import { moveDeadline } from './deadlines';
import type { ActivityPorts } from './ports/activity-ports';
import { runActivity } from './run-activity';

export const makeUpdateLocker = ({ box: boxes }: Pick<ActivityPorts, 'box'>): BoxActivities['updateLocker'] => {
  return (move) =>
    runActivity('finish', (running) => {
      const { box, locker, stop, lane, startDeadlineMs, to, configDigest, again = false, migrations = [] } = move;
      const options = { change: changeOf(move, 'update', move), deadlineMs: moveDeadline(move), ...running };
      const goal = { to, ...(configDigest === undefined ? {} : { configDigest }), ...(again && { again }) };
      const data = migrations.length > 0 && { migrations: migrations.map(({ id }) => id) };
      return boxes.call(box, 'update', { locker, stop, lane, startDeadlineMs, ...goal, ...data }, options);
    });
};
