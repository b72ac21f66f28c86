/** The end of a rollout on the box: checks, its history record, garbage. */
import { changeOf } from './change-of';
import type { BoxActivities } from './contract';
import { DEADLINES } from './deadlines';
import type { ActivityPorts } from './ports/activity-ports';
import { runActivity } from './run-activity';

export const makeSettleBox = ({ box: boxes }: Pick<ActivityPorts, 'box'>): BoxActivities['settleBox'] => {
  return ({ state, release, counts, by, keepReleases, ...held }) =>
    runActivity('finish', (running) => {
      const options = { change: changeOf(held, 'settle'), deadlineMs: DEADLINES.settle, ...running };
      const summary = { state, release, counts: { ...counts }, by };
      return boxes.call(held.box, 'settle', { summary, keepReleases }, options);
    });
};
