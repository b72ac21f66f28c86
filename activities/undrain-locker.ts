/** Takes a quiesce back; a locker that is not draining is left as it is. */
import { changeOf } from './change-of';
import type { BoxActivities } from './contract';
import { DEADLINES } from './deadlines';
import type { ActivityPorts } from './ports/activity-ports';
import { runActivity } from './run-activity';

export const makeUndrainLocker = ({ box: boxes }: Pick<ActivityPorts, 'box'>): BoxActivities['undrainLocker'] => {
  return (step) =>
    runActivity('finish', async (running) => {
      const options = { change: changeOf(step, 'undrain', step), deadlineMs: DEADLINES.undrain, ...running };
      await boxes.call(step.box, 'undrain', { locker: step.locker }, options);
    });
};
