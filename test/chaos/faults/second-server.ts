/** Somebody else's Lockstep for the same box: a Temporal server and a worker of its own, which know nothing of ours. */
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openLockerd } from '../../../box/client/call-lockerd';
import { BoxName } from '../../../domain/model/ids';
import type { Finished } from '../../../domain/model/status';
import { endEnvironment } from '../../../embedded/end-environment';
import { ensureEnvironment } from '../../../embedded/ensure-environment';
import { openDoor } from '../../../starters/operations/door';
import type { Door } from '../../../starters/operations/door';
import { finishedOf } from '../../../starters/operations/finished-of';
import { startRollout } from '../../../starters/operations/start-rollout';
import type { FaultKind, Struck } from '../contract';
import type { RolloutWorld } from '../world';
import { HAD_ENDED } from './ask-temporal';

const doors = new WeakMap<RolloutWorld, Door>();

export const secondServer: FaultKind = {
  name: 'second-server',
  group: 'orchestrator',
  about: "another Temporal server that knows nothing of the rollout starts one on the same box: refused by the box's lease",
  ends: ['succeeded'],
  prepare: async (world) => void doors.set(world, await openSecond(world)),
  strike: (world) => startThere(world),
};

async function openSecond(world: RolloutWorld): Promise<Door> {
  const home = await mkdtemp(join(tmpdir(), 'lockstep-second-'));
  const env = { ...process.env, ...world.installation.env, LOCKSTEP_HOME: home };
  world.onClose(() => rm(home, { recursive: true, force: true }));
  world.onClose(async () => void (await endEnvironment({ env, progress: () => {}, sandbox: false })));
  const { fleetFile } = world.installation.sandbox;
  const environment = await ensureEnvironment({ env, fleetFile, worker: 'fresh', sandbox: null, progress: () => {} });
  world.onClose(() => environment.connection.close());
  return openDoor(environment);
}

async function startThere(world: RolloutWorld): Promise<Struck> {
  const door = doors.get(world);
  if (door === undefined) throw new Error('there is no second server');
  const box = BoxName.parse(world.installation.sandbox.box);
  const holder = await holderOf(world);
  if (holder === null) return HAD_ENDED;
  const { rollout } = await startRollout(door, { box, ref: null, policy: {}, by: 'eve', expectedDigest: null });
  const { fault, state, counts }: Finished = await finishedOf(door, box, null);
  const told = `${fault?.sentence ?? state} ${fault?.cure ?? ''}`;
  if (fault?.code === 'HeldBy' && told.includes(holder) && told.includes(' since ') && told.includes('--supersede'))
    return { what: `rollout ${rollout.slice(0, 8)} of the second server refused` };
  // The first one had given the box back by then.
  if (state === 'succeeded' && counts.updated === 0) return HAD_ENDED;
  throw new Error(`the second server was not refused as it should be: ${told} ${JSON.stringify(counts)}`);
}

const LOOK_EVERY_MS = 20;
const TAKEN_WITHIN_MS = 30_000;

/** Before that, whoever comes first has the box. null: nobody has it any more. */
async function holderOf({ installation }: RolloutWorld): Promise<string | null> {
  const until = performance.now() + TAKEN_WITHIN_MS;
  const lockerd = await openLockerd(connect(installation.sandbox.boxConfig.socket));
  try {
    while (performance.now() < until) {
      const { lease } = await lockerd.call('inspect', { target: null });
      if (lease !== null) return lease.holder;
      await sleep(LOOK_EVERY_MS);
    }
    return null;
  } finally {
    lockerd.close();
  }
}
