/** Who holds the box and what is owed on it. Looks only. */
import { policyOf } from '../domain/model/policy-of';
import { boxAlarms } from '../domain/operator/box-alarms';
import { isOwed } from '../domain/plan/plan-locker';
import type { BoxActivities } from './contract';
import { DEADLINES } from './deadlines';
import type { ActivityPorts } from './ports/activity-ports';
import { runActivity } from './run-activity';

export const makeInspectBox = ({ box: boxes, fleet }: Pick<ActivityPorts, 'box' | 'fleet'>): BoxActivities['inspectBox'] => {
  return ({ box }) =>
    runActivity('leave', async (running) => {
      const policy = policyOf(await fleet.read(), box, {});
      const { lease, lockers } = await boxes.call(box, 'inspect', { target: null }, { deadlineMs: DEADLINES.look, ...running });
      const owed = lockers.filter(isOwed).map(({ name }) => name);
      const lane = { maxStarting: policy.maxStarting, pressure: policy.pressure };
      const on = lockers.map(({ name, current }) => ({ locker: name, release: current?.release.id ?? null }));
      return { lease, owed, on, lane, startDeadlineMs: policy.verify.deadlineMs, alarms: boxAlarms(lockers) };
    });
};
