/** A person's word on a migration that nobody knows about. It needs no lease: it says what is, and changes no locker. */
import type { LockerActivities } from './contract';
import { DEADLINES } from './deadlines';
import type { ActivityPorts } from './ports/activity-ports';
import { runActivity } from './run-activity';

export const makeSettleMigration = ({ box: boxes }: Pick<ActivityPorts, 'box'>): LockerActivities['settleMigration'] => {
  return ({ box, migration, locker, as, by }) =>
    runActivity('leave', async (running) => {
      const params = { migration, as, by, ...(locker !== null && { locker }) };
      const { settled } = await boxes.call(box, 'settle-migration', params, { deadlineMs: DEADLINES.look, ...running });
      return { settled: settled.map(({ scope }) => scope) };
    });
};
