/** What is there before one locker is added or removed. Looks only; a box that is pushed to gets its first release's commits. */
import type { Inventory } from '../domain/model/inventory';
import { policyOf } from '../domain/model/policy-of';
import type { Release } from '../domain/model/release';
import { serviceConfigOf } from '../domain/model/service-of';
import type { LockerActivities } from './contract';
import { DEADLINES } from './deadlines';
import { mostCommonRelease } from './plan-rollout';
import type { ActivityPorts } from './ports/activity-ports';
import { pushRefs } from './push-release';
import type { Push } from './push-release';
import { runActivity } from './run-activity';

export const makeLookAtLocker = (ports: Pick<ActivityPorts, 'box' | 'fleet' | 'source'>): LockerActivities['lookAtLocker'] => {
  return ({ box, locker }) =>
    runActivity('leave', async (running) => {
      const fleet = await ports.fleet.read();
      const service = serviceConfigOf(fleet, box);
      const { maxStarting, pressure, stop, drain, verify } = policyOf(fleet, box, {});
      const look = { deadlineMs: DEADLINES.look, ...running };
      const inventory = await ports.box.call(box, 'inspect', { target: null }, look);
      return {
        locker: inventory.lockers.find(({ name }) => name === locker) ?? null,
        release: releaseOfMost(inventory) ?? (await firstRelease({ box, service, ports, running })),
        lane: { maxStarting, pressure },
        stop,
        drain: service.drain === null ? null : drain,
        verify,
      };
    });
};

function releaseOfMost(inventory: Inventory): Release | null {
  const id = mostCommonRelease(inventory);
  const revision = inventory.lockers.find(({ current }) => current !== null && current.release.id === id)?.current;
  if (!revision) return null;
  const { release, service, code, config } = revision;
  return { ...release, service, code, config: { revision: config.revision } };
}

async function firstRelease(push: Push): Promise<Release> {
  const { box, service, ports, running } = push;
  const refs = { codeRef: service.code.ref, configRef: service.config.ref };
  await pushRefs(push, refs);
  const asked = { service, ...refs, since: null };
  return (await ports.box.call(box, 'resolve', asked, { deadlineMs: DEADLINES.resolve, ...running })).release;
}
