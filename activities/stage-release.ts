/** Puts the release beside the running code: fetched, built, checked, config rendered. Nothing is stopped. */
import { Fault } from '../domain/faults';
import { packedOf, stageTargetOf } from '../domain/model/service-of';
import type { Plan } from '../domain/model/plan';
import type { VerbResult } from '../domain/protocol/verbs';
import { changeOf } from './change-of';
import type { BoxActivities } from './contract';
import { DEADLINES } from './deadlines';
import type { ActivityPorts } from './ports/activity-ports';
import { pushRelease } from './push-release';
import { runActivity } from './run-activity';

/** A checkout with its build, and a version directory a locker: generous, since a full disk in the middle is worse than a refusal. */
const BYTES_PER_RELEASE = 64 * 1024 * 1024;
const BYTES_PER_LOCKER = 64 * 1024;

export const makeStageRelease = (ports: Pick<ActivityPorts, 'box' | 'fleet' | 'source'>): BoxActivities['stageRelease'] => {
  return ({ plan, ...held }) =>
    runActivity('leave', async (running) => {
      const { box } = held;
      const fleet = await ports.fleet.read();
      const rewind = plan.policy.rewind === true;
      const target = { ...stageTargetOf(fleet, box, plan.release), ...(rewind && { rewind }) };
      const packed = await pushRelease({ box, service: target.service, ports, running }, plan.release, packedOf(fleet, box));
      const lockers = plan.lockers.filter(({ action }) => action !== 'none').map(({ name }) => name);
      const freeBytesNeeded = BYTES_PER_RELEASE + BYTES_PER_LOCKER * lockers.length;
      const options = { change: changeOf(held, 'stage'), deadlineMs: DEADLINES.stage, ...running };
      const params = { target, lockers, freeBytesNeeded, ...(packed && { packed }) };
      const staged = await ports.box.call(box, 'stage', params, options);
      checkAgainstPlan(plan, staged);
      return { built: staged.built };
    });
};

/** The digest of the plan covers the config of each locker: what was staged must be what was approved. */
function checkAgainstPlan(plan: Plan, staged: VerbResult<'stage'>): void {
  const planned = new Map(plan.lockers.map((locker) => [locker.name, locker.configDigest]));
  const changed = staged.versions
    .filter(({ locker, configDigest }) => planned.get(locker) !== configDigest)
    .map(({ locker }) => locker);
  if (changed.length === 0) return;
  throw new Fault('WorldChanged', `On ${plan.box} the config of ${changed.length} lockers was rendered otherwise than planned.`, {
    evidence: changed.slice(0, 10),
    cure: 'The fleet file or a template changed since the plan. Nothing was stopped; start again to see the new plan.',
  });
}
