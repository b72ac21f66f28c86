/**
 * lockerd's own care for its lockers: the dead-man (what a rollout that went silent left down or
 * closed), the start at boot, the restart after a crash. It looks, decides (decide-upkeep.ts) and
 * acts by the same verbs as everybody else, through the same turns and the same start lane.
 */
import type { LockerName } from '../../domain/model/ids';
import { makeToken } from '../../domain/model/token';
import type { VerbParams } from '../../domain/protocol/verbs';
import type { Daemon } from '../daemon';
import { faultOf } from '../fault-of';
import { inParallel } from '../inspect/in-parallel';
import { lockerOf } from '../jobs/jobs';
import { recordOf } from '../journal/state';
import type { BoxState } from '../journal/state';
import { OWN_START_DEADLINE_MS, ownLimits } from '../lane/own-limits';
import { isLeft, sweepRehearsal } from '../rehearsal/rehearsal-turns';
import { barredBy } from '../migrations/bars';
import { wasSignalled } from '../locker/stop-locker';
import type { InitProcess } from '../lxc/lxc';
import { decideUpkeep, isRewinding, msUntilNextTry } from './decide-upkeep';
import type { Duty } from './decide-upkeep';
import { silentMs } from './hear';
import { UPKEEP_HOLDER } from './holder';
import { rewindLocker } from './rewind';
import { noteCrash } from './watch-loop';

export interface Upkeep {
  /** Looks at every locker and begins what is due. */
  begin(): Promise<void>;
  /** The same, and resolves when all of it is done. */
  round(): Promise<void>;
}

/** A crash costs its owner so long at most before anybody sees it. */
const LOOK_MS = 2_000;
const AT_ONCE = 12;
/** Lockers that nobody ever asked for: one that is started by hand is found by then. */
const STRANGER_LOOK_MS = 30_000;

interface Memory {
  readonly wasUp: Map<LockerName, boolean>;
  /** Of those that run: whether it still lives is a cheaper question than how it is. */
  readonly inits: Map<LockerName, InitProcess>;
  readonly lookAt: Map<LockerName, number>;
  readonly lookedAt: Map<LockerName, number>;
  /** Duties that run: a round does not wait for those of the one before. */
  readonly under: Set<LockerName>;
  readonly sameBoot: boolean;
  jobs: number;
}

/** Rounds begin when they are asked for. */
export async function makeUpkeep(daemon: Daemon): Promise<Upkeep> {
  const { bootId } = daemon.journal.state();
  const sameBoot = bootId === null || bootId === daemon.bootId;
  if (bootId !== daemon.bootId) await daemon.journal.append({ kind: 'boot', bootId: daemon.bootId });
  if (!sameBoot) daemon.log('the box has booted: lockers that are wanted up are started');
  const memory: Memory = {
    wasUp: new Map(),
    inits: new Map(),
    lookAt: new Map(),
    lookedAt: new Map(),
    under: new Set(),
    sameBoot,
    jobs: 0,
  };
  return {
    begin: async () => void (await beginRound(daemon, memory)),
    round: async () => void (await Promise.all(await beginRound(daemon, memory))),
  };
}

export async function startUpkeep(daemon: Daemon): Promise<{ stop(): void }> {
  const upkeep = await makeUpkeep(daemon);
  let timer: NodeJS.Timeout | null = null;
  let stopped = false;
  const turn = async () => {
    await upkeep.begin().catch(told(daemon));
    if (!stopped) timer = setTimeout(() => void turn(), LOOK_MS);
  };
  void turn();
  return {
    stop: () => {
      stopped = true;
      if (timer) clearTimeout(timer);
    },
  };
}

const told = (daemon: Daemon) => (error: unknown) => daemon.log(`upkeep: ${faultOf(error).message}`);

/** The duties that were found, under way: a start may take minutes, and the next look does not wait for it. */
async function beginRound(daemon: Daemon, memory: Memory): Promise<Promise<void>[]> {
  const due = (await daemon.lxc.list()).filter((locker) => isDue(daemon, memory, locker));
  const begun: Promise<void>[] = isLeft(daemon) ? [sweepRehearsal(daemon).catch(told(daemon))] : [];
  await inParallel(due, AT_ONCE, async (locker) => {
    const duty = await dutyOf(daemon, memory, locker).catch((error: unknown): Duty => {
      told(daemon)(error);
      return { kind: 'none' };
    });
    if (duty.kind !== 'none') begun.push(carryOut(daemon, memory, { locker, duty }));
  });
  return begun;
}

async function carryOut(daemon: Daemon, memory: Memory, at: { locker: LockerName; duty: Duty }): Promise<void> {
  memory.under.add(at.locker);
  try {
    await doDuty(daemon, memory, at);
  } catch (error) {
    told(daemon)(error);
  } finally {
    memory.under.delete(at.locker);
  }
}

/** Whether a look at it could come to anything: it costs a process where the locker is down. */
function isDue(daemon: Daemon, { under, lookAt }: Memory, locker: LockerName): boolean {
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

async function dutyOf(daemon: Daemon, memory: Memory, locker: LockerName): Promise<Duty> {
  const now = daemon.now();
  memory.lookAt.set(locker, now + STRANGER_LOOK_MS);
  const busyBefore = isBusy(daemon, locker);
  const known = memory.inits.get(locker);
  const init = await initOf(daemon, memory, locker);
  const state = daemon.journal.state();
  const lookedAt = memory.lookedAt.get(locker) ?? now;
  memory.lookedAt.set(locker, now);
  const record = recordOf(state, locker);
  const since = record.owed?.since ?? record.quiesced?.since ?? '';
  const looked = {
    record,
    // Asked before and after the look: what a job has just stopped is no crash. Told to stop: it does not come up before it is down.
    busy:
      busyBefore || isBusy(daemon, locker) || (record.owed !== null && init !== null && wasSignalled(state, init, daemon.bootId)),
    up: init !== null,
    replaced: known !== undefined && init !== null && known.pid !== init.pid && !wasStarted(state, locker, lookedAt),
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

async function initOf({ lxc }: Daemon, { inits }: Memory, locker: LockerName): Promise<InitProcess | null> {
  const known = inits.get(locker);
  if (known && (await lxc.isAlive(known))) return known;
  const { init } = await lxc.see(locker);
  if (init) inits.set(locker, init);
  else inits.delete(locker);
  return init;
}

const isBusy = (daemon: Daemon, locker: LockerName): boolean => daemon.jobs.running().some((job) => job.locker === locker);

async function doDuty(daemon: Daemon, memory: Memory, { locker, duty }: { locker: LockerName; duty: Duty }): Promise<void> {
  switch (duty.kind) {
    case 'none':
      return;
    case 'note-wanted':
      return daemon.journal.append({ kind: 'wanted', locker, wanted: 'up' });
    case 'note-crash':
      return noteCrash(daemon, locker, 'it ended by itself');
    case 'reopen':
      daemon.log(`${locker}: nobody speaks for its quiesce any more: undone`);
      await ask(daemon, memory, { verb: 'undrain', params: { locker } });
      return;
    case 'rewind':
      // It may be down again by the next look: that is a crash of its own.
      memory.wasUp.set(locker, await rewindLocker(daemon, locker));
      return;
    case 'bring-up':
      return bringUp(daemon, memory, { locker, because: duty.because });
  }
}

async function bringUp(daemon: Daemon, memory: Memory, at: { locker: LockerName; because: 'owed' | 'down' }): Promise<void> {
  const { locker, because } = at;
  daemon.log(`${locker} is ${because === 'owed' ? 'owed, and its rollout is silent' : 'wanted up'}: brought up`);
  const params = { locker, lane: ownLimits(daemon.config), startDeadlineMs: OWN_START_DEADLINE_MS };
  try {
    const started = (await ask(daemon, memory, { verb: 'start', params })) as { kind: string; evidence?: readonly string[] };
    if (started.kind === 'not-serving') await noteCrash(daemon, locker, (started.evidence ?? []).join(' · '));
    // It may be down again by the next look: that is a crash of its own.
    memory.wasUp.set(locker, started.kind !== 'not-serving');
  } catch (error) {
    const fault = faultOf(error);
    // A newer holder came: whoever it is, the next round looks again.
    if (fault.code !== 'Fenced') await noteCrash(daemon, locker, fault.message);
  }
}

type Own =
  | { readonly verb: 'start'; readonly params: VerbParams<'start'> & { locker: LockerName } }
  | { readonly verb: 'undrain'; readonly params: { readonly locker: LockerName } };

function ask(daemon: Daemon, memory: Memory, { verb, params }: Own): Promise<unknown> {
  memory.jobs += 1;
  // A token must never come again: not after a restart of lockerd either.
  const rollout = `${UPKEEP_HOLDER}:${daemon.startedAt.toString(36)}`;
  const token = makeToken({ rollout, box: daemon.config.box, locker: params.locker, cycle: memory.jobs, step: verb });
  const generation = Math.max(1, daemon.journal.state().generation);
  return daemon.jobs.own({ token, verb, params, holder: UPKEEP_HOLDER, generation });
}
