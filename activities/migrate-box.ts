/** A migration of the whole box, or its undo: one job on the box, whose runner outlives whatever dies. */
import type { LockerName } from '../domain/model/ids';
import { makeToken } from '../domain/model/token';
import type { BoxActivities } from './contract';
import { migrateDeadline } from './deadlines';
import type { ActivityPorts } from './ports/activity-ports';
import { runActivity } from './run-activity';

export const makeMigrateBox = ({ box: boxes }: Pick<ActivityPorts, 'box'>): BoxActivities['migrateBox'] => {
  return ({ box, rollout, generation, service, code, migration, direction, timeoutMs, cycle }) =>
    runActivity('finish', (running) => {
      const step = direction === 'run' ? 'migrate' : 'undo';
      const token = makeToken({ rollout, box, step, cycle, locker: WHOLE_BOX });
      const options = { change: { token, holder: rollout, generation }, deadlineMs: migrateDeadline(timeoutMs), ...running };
      return boxes.call(box, 'migrate', { service, code, migration, direction }, options);
    });
};
const WHOLE_BOX = '-' as LockerName;
