/** The list of activities that a worker registers. */
import { makeAddLocker } from './add-locker';
import type { BoxActivities, LockerActivities } from './contract';
import { makeCheckLockers } from './check-lockers';
import { makeDeployLocker } from './deploy-locker';
import { makeDrainLocker } from './drain-locker';
import { makeHaltLocker } from './halt-locker';
import { makeInspectBox } from './inspect-box';
import { makeLookAtLocker } from './look-at-locker';
import { makeMigrateBox } from './migrate-box';
import { makePayOwed } from './pay-owed';
import { makePlanRollout } from './plan-rollout';
import { makeProveIdentity } from './prove-identity';
import type { ActivityPorts } from './ports/activity-ports';
import { makeRehearseRelease } from './rehearse-release';
import { makeReleaseLease } from './release-lease';
import { makeRemoveLocker } from './remove-locker';
import { makeRestoreLocker } from './restore-locker';
import { makeRunHook } from './run-hook';
import { makeSettleBox } from './settle-box';
import { makeSettleMigration } from './settle-migration';
import { makeStageRelease } from './stage-release';
import { makeStartLocker } from './start-locker';
import { makeStopLocker } from './stop-locker';
import { makeTakeLease } from './take-lease';
import { makeUndrainLocker } from './undrain-locker';
import { makeUpdateLocker } from './update-locker';
import { makeVerifyLocker } from './verify-locker';
import { makeWatchLockers } from './watch-lockers';

export const makeActivities = (ports: ActivityPorts): BoxActivities & LockerActivities => ({
  takeLease: makeTakeLease(ports),
  releaseLease: makeReleaseLease(ports),
  inspectBox: makeInspectBox(ports),
  planRollout: makePlanRollout(ports),
  payOwed: makePayOwed(ports),
  stageRelease: makeStageRelease(ports),
  rehearseRelease: makeRehearseRelease(ports),
  drainLocker: makeDrainLocker(ports),
  undrainLocker: makeUndrainLocker(ports),
  updateLocker: makeUpdateLocker(ports),
  verifyLocker: makeVerifyLocker(ports),
  restoreLocker: makeRestoreLocker(ports),
  proveIdentity: makeProveIdentity(ports),
  checkLockers: makeCheckLockers(ports),
  haltLocker: makeHaltLocker(ports),
  migrateBox: makeMigrateBox(ports),
  settleMigration: makeSettleMigration(ports),
  watchLockers: makeWatchLockers(ports),
  runHook: makeRunHook(ports),
  settleBox: makeSettleBox(ports),
  lookAtLocker: makeLookAtLocker(ports),
  addLocker: makeAddLocker(ports),
  deployLocker: makeDeployLocker(ports),
  startLocker: makeStartLocker(ports),
  stopLocker: makeStopLocker(ports),
  removeLocker: makeRemoveLocker(ports),
});
