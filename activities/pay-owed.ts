/** Brings up the lockers that an earlier run took down and never proved up again. */
import { Fault } from '../domain/faults';
import type { FaultCode } from '../domain/faults';
import type { LockerName } from '../domain/model/ids';
import { changeOf } from './change-of';
import type { BoxActivities, Held, LaneRule } from './contract';
import { startDeadline } from './deadlines';
import type { ActivityPorts } from './ports/activity-ports';
import type { BoxPort } from './ports/box-port';
import { runActivity } from './run-activity';
import type { Running } from './run-activity';

/** What keeps one locker down and says nothing about the others: it is listed, the rest goes on. */
const ONE_LOCKERS_FAULTS: ReadonlySet<FaultCode> = new Set<FaultCode>([
  'MeNotMounted',
  'LockerUnfit',
  'UnknownLocker',
  'HaltSignalMissing',
  'CommandFailed',
  'MigrationUnderWay',
  'ReleaseTooOld',
]);

interface Starting extends Held {
  readonly lane: LaneRule;
  readonly startDeadlineMs: number;
}

export const makePayOwed = ({ box: boxes }: Pick<ActivityPorts, 'box'>): BoxActivities['payOwed'] => {
  return ({ lockers, ...starting }) =>
    runActivity('finish', async (running) => {
      // All at once: the start lane on the box lets through what the box can bear.
      const up = await Promise.all(lockers.map((locker) => bringUp(boxes, locker, starting, running)));
      return { stillDown: lockers.filter((_, index) => !up[index]) };
    });
};

async function bringUp(boxes: BoxPort, locker: LockerName, starting: Starting, running: Running): Promise<boolean> {
  const { box, lane, startDeadlineMs } = starting;
  const deadlineMs = startDeadline(lane.pressure.holdAfterMs, startDeadlineMs);
  const change = changeOf(starting, 'start', { locker, cycle: starting.round ?? 0 });
  try {
    const started = await boxes.call(box, 'start', { locker, lane, startDeadlineMs }, { change, deadlineMs, ...running });
    return started.kind !== 'not-serving';
  } catch (error) {
    if (error instanceof Fault && ONE_LOCKERS_FAULTS.has(error.code)) return false;
    throw error;
  }
}
