/** The bare stop of a barrier: parked on the box until it is started on purpose. */
import type { BoxActivities } from './contract';
import type { ActivityPorts } from './ports/activity-ports';
import { stopBare } from './stop-bare';

export const makeHaltLocker =
  (ports: Pick<ActivityPorts, 'box'>): BoxActivities['haltLocker'] =>
  (input) =>
    stopBare(ports, input, false);
