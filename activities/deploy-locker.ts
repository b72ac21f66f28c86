/** The first version of a new locker, of the release that its box runs, and the link to it. Nothing is started. */
import { packedOf, stageTargetOf } from '../domain/model/service-of';
import { changeOf } from './change-of';
import type { LockerActivities } from './contract';
import { DEADLINES } from './deadlines';
import type { ActivityPorts } from './ports/activity-ports';
import { pushRelease } from './push-release';
import { runActivity } from './run-activity';

export const makeDeployLocker = (ports: Pick<ActivityPorts, 'box' | 'fleet' | 'source'>): LockerActivities['deployLocker'] => {
  return ({ release, ...step }) =>
    runActivity('finish', async (running) => {
      const { box, locker } = step;
      const fleet = await ports.fleet.read();
      const target = stageTargetOf(fleet, box, release);
      const packed = await pushRelease({ box, service: target.service, ports, running }, release, packedOf(fleet, box));
      const params = { target, lockers: [locker], freeBytesNeeded: 0, ...(packed && { packed }) };
      await ports.box.call(box, 'stage', params, { change: changeOf(step, 'stage'), deadlineMs: DEADLINES.stage, ...running });
      const link = { change: changeOf(step, 'link', step), deadlineMs: DEADLINES.look, ...running };
      const { version } = await ports.box.call(box, 'link', { locker, to: release.id }, link);
      return { version };
    });
};
