/** Who crashes again and again, as the box has counted it. Looks only. */
import type { BoxActivities } from './contract';
import type { ActivityPorts } from './ports/activity-ports';
import { runActivity } from './run-activity';

/** It answers from its journal: a box that takes longer is asked another time. */
const WITHIN_MS = 15_000;

export const makeWatchLockers = ({ box: boxes }: Pick<ActivityPorts, 'box'>): BoxActivities['watchLockers'] => {
  return ({ box }) =>
    runActivity('leave', async (running) => {
      const { lockers } = await boxes.call(box, 'crash-loops', {}, { deadlineMs: WITHIN_MS, ...running });
      return { loops: lockers.map(({ locker, release, crashes, why }) => ({ locker, release, crashes, why })) };
    });
};
