/** Looks at one locker, where that could come to anything, and asks what is due (decide-upkeep.ts). */
import type { LockerName } from '../../domain/model/ids';
import type { Daemon } from '../daemon';
import { lockerOf } from '../jobs/jobs';
import { recordOf } from '../journal/state';
import type { BoxState } from '../journal/state';
import { serviceOf } from '../locker/service-of';
import { wasSignalled } from '../locker/stop-locker';
import { watchLife } from '../locker/watch-life';
import type { InitProcess } from '../lxc/lxc';
import { barredBy } from '../migrations/bars';
import { decideUpkeep, isRewinding, msUntilNextTry } from './decide-upkeep';
import type { Duty } from './decide-upkeep';
import { silentMs } from './hear';
import type { Memory } from './memory';

/** Lockers that nobody ever asked for: one that is started by hand is found by then. */
const STRANGER_LOOK_MS = 30_000;

/** Whether a look at it could come to anything: it costs a process where the locker is down. */
export function isDue(daemon: Daemon, { under, lookAt }: Memory, locker: LockerName): boolean {
  if (under.has(locker)) return false;
  const record = recordOf(daemon.journal.state(), locker);
  const { wanted, owed, parked, quiesced, crashes } = record;
  // One that a migration holds down is nobody's to start; nor is it a crash.
  if (parked || barredBy(daemon.journal.state(), locker)) return false;
  if (isRewinding(record)) return true;
  if (owed || quiesced || wanted === 'up') return msUntilNextTry(crashes, daemon.now()) === 0;
  if (wanted === 'down') return false;
  return daemon.now() >= (lookAt.get(locker) ?? 0);
}

export async function dutyOf(daemon: Daemon, memory: Memory, locker: LockerName): Promise<Duty> {
  const now = daemon.now();
  memory.lookAt.set(locker, now + STRANGER_LOOK_MS);
  const busyBefore = isBusy(daemon, locker);
  const known = memory.inits.get(locker);
  const { init, settled } = await initOf(daemon, memory, locker);
  const state = daemon.journal.state();
  const lookedAt = memory.lookedAt.get(locker) ?? now;
  memory.lookedAt.set(locker, now);
  const record = recordOf(state, locker);
  const dead = init === null ? null : await deadOf(daemon, memory, { locker, init });
  const since = record.owed?.since ?? record.quiesced?.since ?? '';
  const looked = {
    record,
    // Asked before and after the look: what a job has just stopped is no crash. Told to stop: it does not come up before it is down.
    // At its hooks: what it came to is known when they have ended.
    busy:
      busyBefore ||
      isBusy(daemon, locker) ||
      !settled ||
      (record.owed !== null && init !== null && wasSignalled(state, init, daemon.bootId)),
    up: init !== null,
    replaced: known !== undefined && init !== null && known.pid !== init.pid && !wasStarted(state, locker, lookedAt),
    dead,
    wasUp: memory.wasUp.get(locker) ?? memory.sameBoot,
    free: state.lease === null,
    silent: silentMs(daemon, locker, since) >= daemon.config.deadManMs,
    now,
  };
  if (!looked.busy) memory.wasUp.set(locker, looked.up);
  return decideUpkeep(looked);
}

/** By any of our verbs; a little before the look counts too, since a start takes its time. */
function wasStarted(state: BoxState, locker: LockerName, since: number): boolean {
  return [...state.jobs.values()].some(
    ({ params, intents }) =>
      lockerOf(params) === locker &&
      intents.some(({ at, intent }) => intent.kind === 'start' && Date.parse(at) >= since - STARTED_BEFORE_MS),
  );
}
const STARTED_BEFORE_MS = 5_000;

interface Looked {
  readonly init: InitProcess | null;
  readonly settled: boolean;
}

async function initOf({ lxc }: Daemon, { inits }: Memory, locker: LockerName): Promise<Looked> {
  const known = inits.get(locker);
  if (known && (await lxc.isAlive(known))) return { init: known, settled: true };
  const { init, state } = await lxc.see(locker);
  if (init) inits.set(locker, init);
  else inits.delete(locker);
  return { init, settled: state !== 'other' };
}

/** A process of the box for each look, and 300 lockers may be asked: so seldom, that it stays a small part of a core. */
const LIFE_LOOK_MS = 30_000;

async function deadOf(daemon: Daemon, { life }: Memory, { locker, init }: { locker: LockerName; init: InitProcess }) {
  const service = await serviceOf(daemon);
  if (!service?.alive) return null;
  const known = life.get(locker);
  const same = known?.init.pid === init.pid && known.init.startTime === init.startTime;
  const seen = same ? known : { init, watch: watchLife(daemon, locker, { service, everyMs: LIFE_LOOK_MS }), told: false };
  life.set(locker, seen);
  const why = seen.watch.dead();
  if (why === null) seen.told = false;
  return why === null ? null : { why, told: seen.told, restart: service.alive.restart };
}

const isBusy = (daemon: Daemon, locker: LockerName): boolean => daemon.jobs.running().some((job) => job.locker === locker);
