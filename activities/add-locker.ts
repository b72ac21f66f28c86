/** Container and owner's folder of a new locker, from the box's template filled with what the fleet file has for it. */
import { valuesOf } from '../domain/model/service-of';
import { changeOf } from './change-of';
import type { LockerActivities } from './contract';
import { DEADLINES } from './deadlines';
import type { ActivityPorts } from './ports/activity-ports';
import { runActivity } from './run-activity';

export const makeAddLocker = ({ box: boxes, fleet }: Pick<ActivityPorts, 'box' | 'fleet'>): LockerActivities['addLocker'] => {
  return ({ adoptData, ...step }) =>
    runActivity('finish', async (running) => {
      const { box, locker } = step;
      const values = valuesOf(await fleet.read(), box, locker);
      const options = { change: changeOf(step, 'add', step), deadlineMs: DEADLINES.files, ...running };
      const { newData } = await boxes.call(box, 'add-locker', { locker, values, adoptData }, options);
      return { newData };
    });
};
