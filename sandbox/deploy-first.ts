/**
 * Brings lockers that never ran up on the service's first revision, by the product's own verbs over
 * ssh. The newer revisions are left for a rollout to bring.
 */
import { randomUUID } from 'node:crypto';
import { makeSshBoxPort } from '../activities/adapters/ssh/ssh-box-port';
import type { BoxPort, CallOptions } from '../activities/ports/box-port';
import { Fault } from '../domain/faults';
import type { Fleet } from '../domain/model/fleet';
import type { BoxName, LockerName } from '../domain/model/ids';
import type { SeenLocker } from '../domain/model/inventory';
import type { Lease } from '../domain/model/lease';
import { serviceConfigOf, stageTargetOf } from '../domain/model/service-of';
import { makeToken } from '../domain/model/token';
import type { TokenParts } from '../domain/model/token';
import type { VerbResult } from '../domain/protocol/verbs';
import { FIRST_TAG } from './sample-history';

const HOLDER = 'local:sandbox-';
/** A sandbox is nobody's production: only the machine itself limits its first start. */
const LANE = { maxStarting: 8, pressure: { cpuSomeAvg10: 100, memoryAvailable: 2, loadPerCore: 1_000, holdAfterMs: 300_000 } };
const START_DEADLINE_MS = 60_000;
/** The last of 300 waits for all others in the lane. */
const DEADLINE_MS = 300_000;
/** Requests in flight; the lane admits fewer. */
const AT_ONCE = 16;
const TELL_EVERY = 25;

interface Deployment {
  readonly box: BoxName;
  readonly port: BoxPort;
  readonly lease: Lease;
  readonly progress: (line: string) => void;
}
export interface FirstRelease {
  readonly fleet: Fleet;
  readonly box: BoxName;
  /** Did this locker ever run? One that did is left as it is: somebody may have stopped it on purpose. */
  readonly everBooted: (locker: LockerName) => boolean;
  /** Nothing ran on the box: lockers that are wanted up are started again. Else they are left to whoever works there. */
  readonly rebooted: boolean;
  readonly progress: (line: string) => void;
}

export async function deployFirst({ fleet, box, everBooted, rebooted, progress }: FirstRelease): Promise<void> {
  const account = { home: '/nonexistent', localUser: 'root', agentSocket: null };
  const port = makeSshBoxPort({ fleet: { read: async () => fleet }, account });
  try {
    const { lockers, lease } = await port.call(box, 'inspect', { target: null }, { deadlineMs: 60_000 });
    const stopped = lockers.filter(({ state }) => state === 'stopped');
    const fresh = stopped.filter(({ name }) => !everBooted(name)).map(({ name }) => name);
    const fallen = stopped.filter((locker) => rebooted && everBooted(locker.name) && isMissed(locker)).map(({ name }) => name);
    if (fresh.length + fallen.length === 0) return;
    if (fresh.length === 0 && lease !== null)
      return progress(`${fallen.length} lockers are down; they are left to ${lease.holder}`);
    await withLease({ box, port, progress }, async (deployment) => {
      if (fresh.length > 0) await deploy(deployment, fleet, fresh);
      await inWindow(fallen, (locker) => restart(deployment, locker));
    });
  } finally {
    await port.close();
  }
}

const isMissed = ({ wanted, parked }: SeenLocker): boolean => wanted === 'up' && parked === null;

async function withLease(where: Omit<Deployment, 'lease'>, work: (deployment: Deployment) => Promise<void>): Promise<void> {
  const { box, port } = where;
  const holder = `${HOLDER}${randomUUID().slice(0, 8)}`;
  const lease = await port.call(box, 'take-lease', { holder, by: 'sandbox up', force: false }, { deadlineMs: 15_000 });
  try {
    await work({ ...where, lease });
  } finally {
    await port.call(box, 'release-lease', { holder, generation: lease.generation }, { deadlineMs: 15_000 });
  }
}

async function deploy(deployment: Deployment, fleet: Fleet, lockers: readonly LockerName[]): Promise<void> {
  const { box, port, progress } = deployment;
  const service = serviceConfigOf(fleet, box);
  const refs = { service, codeRef: FIRST_TAG, configRef: FIRST_TAG, since: null };
  const { release } = await port.call(box, 'resolve', refs, { deadlineMs: 60_000 });
  progress(`staging ${release.label} for ${lockers.length} lockers`);
  const target = stageTargetOf(fleet, box, release);
  await port.call(box, 'stage', { target, lockers: [...lockers], freeBytesNeeded: 0 }, change(deployment, { step: 'stage' }));
  let up = 0;
  await inWindow(lockers, async (locker) => {
    await port.call(box, 'link', { locker, to: release.id }, change(deployment, { locker, step: 'link' }));
    await firstStart(deployment, locker);
    up += 1;
    if (up === lockers.length || up % TELL_EVERY === 0) progress(`${up} of ${lockers.length} lockers are up`);
  });
}

async function firstStart(deployment: Deployment, locker: LockerName): Promise<void> {
  const started = await start(deployment, locker);
  if (started.kind !== 'not-serving') return;
  throw new Fault('CommandFailed', `Locker ${locker} on ${deployment.box} does not serve.`, {
    evidence: started.evidence,
    cure: 'Run `npm run sandbox -- down`, then `up` again.',
  });
}

/** One that does not come back is for a rollout to find: a sandbox may well have been left broken. */
async function restart(deployment: Deployment, locker: LockerName): Promise<void> {
  const started = await start(deployment, locker);
  if (started.kind === 'not-serving') deployment.progress(`${locker} does not serve: ${started.evidence.at(-1) ?? 'no answer'}`);
}

function start(deployment: Deployment, locker: LockerName): Promise<VerbResult<'start'>> {
  const params = { locker, lane: LANE, startDeadlineMs: START_DEADLINE_MS };
  return deployment.port.call(deployment.box, 'start', params, change(deployment, { locker, step: 'start' }));
}

function change({ box, lease }: Deployment, parts: Pick<TokenParts, 'locker' | 'step'>): CallOptions {
  const { holder, generation } = lease;
  return { change: { token: makeToken({ rollout: holder, box, ...parts }), holder, generation }, deadlineMs: DEADLINE_MS };
}

/** The first failure ends it: the others are left to the next `up`. */
async function inWindow<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const worker = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
