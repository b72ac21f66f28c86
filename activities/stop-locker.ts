/** The bare stop, for good: wanted down from then on. */
import type { LockerActivities } from './contract';
import type { ActivityPorts } from './ports/activity-ports';
import { stopBare } from './stop-bare';

export const makeStopLocker =
  (ports: Pick<ActivityPorts, 'box'>): LockerActivities['stopLocker'] =>
  (input) =>
    stopBare(ports, input, true);
