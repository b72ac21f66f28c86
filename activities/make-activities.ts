/** The list of activities that a worker registers. */
import type { BoxActivities } from './contract';
import { makeDrainLocker } from './drain-locker';
import { makeInspectBox } from './inspect-box';
import { makePayOwed } from './pay-owed';
import { makePlanRollout } from './plan-rollout';
import type { ActivityPorts } from './ports/activity-ports';
import { makeReleaseLease } from './release-lease';
import { makeRestoreLocker } from './restore-locker';
import { makeSettleBox } from './settle-box';
import { makeStageRelease } from './stage-release';
import { makeTakeLease } from './take-lease';
import { makeUndrainLocker } from './undrain-locker';
import { makeUpdateLocker } from './update-locker';
import { makeVerifyLocker } from './verify-locker';

export const makeActivities = (ports: ActivityPorts): BoxActivities => ({
  takeLease: makeTakeLease(ports),
  releaseLease: makeReleaseLease(ports),
  inspectBox: makeInspectBox(ports),
  planRollout: makePlanRollout(ports),
  payOwed: makePayOwed(ports),
  stageRelease: makeStageRelease(ports),
  drainLocker: makeDrainLocker(ports),
  undrainLocker: makeUndrainLocker(ports),
  updateLocker: makeUpdateLocker(ports),
  verifyLocker: makeVerifyLocker(ports),
  restoreLocker: makeRestoreLocker(ports),
  settleBox: makeSettleBox(ports),
});
