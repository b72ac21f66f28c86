/** Every fault that the harness knows; docs/reliability.md has the same rows (a test compares them). */
import type { FaultKind } from '../contract';
import { boxRebooted } from './box-rebooted';
import { buildKilled } from './build-killed';
import { cancelled } from './cancelled';
import { cliKilled } from './cli-killed';
import { diskFull } from './disk-full';
import { diskFullJournal } from './disk-full-journal';
import { hostKeyChanged } from './host-key-changed';
import { linkCut } from './link-cut';
import { linkHalfOpen } from './link-half-open';
import { linkOneWay } from './link-one-way';
import { linkSlow } from './link-slow';
import { lockerCrashLoop } from './locker-crash-loop';
import { lockerFrozen } from './locker-frozen';
import { lockerOom } from './locker-oom';
import { lockerdKilled } from './lockerd-killed';
import { lxcLockHung } from './lxc-lock-hung';
import { monitorKilled } from './monitor-killed';
import { pausedOverTask } from './paused-over-task';
import { nativelyPaused } from './natively-paused';
import { refForcePushed } from './ref-force-pushed';
import { repositoryAway } from './repository-away';
import { reset } from './reset';
import { secondServer } from './second-server';
import { serverKilled } from './server-killed';
import { sshdKilled } from './sshd-killed';
import { sshdOneSession } from './sshd-one-session';
import { supersededByNext } from './superseded-by-next';
import { terminated } from './terminated';
import { twoWorkersOneKilled } from './two-workers-one-killed';
import { workerAndServerKilled } from './worker-and-server-killed';
import { workerKilled } from './worker-killed';
import { workerTerminated } from './worker-terminated';
import { workerUpgraded } from './worker-upgraded';

export const ALL_FAULTS: readonly FaultKind[] = [
  workerKilled,
  serverKilled,
  workerAndServerKilled,
  cliKilled,
  lockerdKilled,
  linkCut,
  linkOneWay,
  linkHalfOpen,
  sshdKilled,
  lockerOom,
  monitorKilled,
  lockerFrozen,
  boxRebooted,
  linkSlow,
  sshdOneSession,
  hostKeyChanged,
  lockerCrashLoop,
  lxcLockHung,
  refForcePushed,
  repositoryAway,
  workerTerminated,
  twoWorkersOneKilled,
  workerUpgraded,
  secondServer,
  supersededByNext,
  cancelled,
  terminated,
  reset,
  nativelyPaused,
  pausedOverTask,
  diskFull,
  diskFullJournal,
  buildKilled,
];
