/** Asks lockers the checks that are stored on their box, some at a time. Looks only. */
import type { CheckedLocker } from '../domain/model/check';
import type { LockerName } from '../domain/model/ids';
import { serviceConfigOf } from '../domain/model/service-of';
import { longest } from '../domain/plan/plan-checks';
import type { BoxActivities } from './contract';
import { checkDeadline, DEADLINES } from './deadlines';
import type { ActivityPorts } from './ports/activity-ports';
import { runActivity } from './run-activity';
import type { Running } from './run-activity';

/** As many as the box asks at once: a request that lasts no longer than the slowest of them. */
const A_REQUEST = 12;

export const makeCheckLockers = (ports: Pick<ActivityPorts, 'box' | 'fleet'>): BoxActivities['checkLockers'] => {
  return ({ box, lockers: wanted, set }) =>
    runActivity('leave', async (running) => {
      const { checks } = serviceConfigOf(await ports.fleet.read(), box);
      const longestMs = longest([...(checks?.fast ?? []), ...(set === 'full' ? (checks?.full ?? []) : [])]);
      const lockers = wanted ?? (await runningLockers(ports, box, running));
      const answers: CheckedLocker[] = [];
      let configured = true;
      for (let from = 0; from < Math.max(1, lockers.length); from += A_REQUEST) {
        const some = lockers.slice(from, from + A_REQUEST);
        const options = { deadlineMs: checkDeadline(longestMs), ...running };
        const told = await ports.box.call(box, 'check', { lockers: some, set }, options);
        configured &&= told.configured;
        answers.push(...told.lockers);
        running.onProgress(`${answers.length} of ${lockers.length} lockers checked`);
      }
      return { configured, lockers: answers };
    });
};

async function runningLockers(
  ports: Pick<ActivityPorts, 'box'>,
  box: Parameters<BoxActivities['checkLockers']>[0]['box'],
  running: Running,
): Promise<LockerName[]> {
  const look = { deadlineMs: DEADLINES.look, ...running };
  const { lockers } = await ports.box.call(box, 'inspect', { target: null }, look);
  return lockers.filter(({ state }) => state === 'running').map(({ name }) => name);
}
