/**
 * lockerd's own care for its lockers: the dead-man (what a rollout that went silent left down or
 * closed), the start at boot, the restart after a crash. It looks, decides (decide-upkeep.ts) and
 * acts by the same verbs as everybody else, through the same turns and the same start lane.
 */
import type { LockerName } from '../../domain/model/ids';
import type { Daemon } from '../daemon';
import { faultOf } from '../fault-of';
import { inParallel } from '../inspect/in-parallel';
import { takeUpMigrations } from '../migrations/take-up';
import { isLeft, sweepRehearsal } from '../rehearsal/rehearsal-turns';
import type { Duty } from './decide-upkeep';
import { doDuty } from './do-duty';
import type { Memory } from './memory';
import { dutyOf, isDue } from './see-duty';

export interface Upkeep {
  /** Looks at every locker and begins what is due. */
  begin(): Promise<void>;
  /** The same, and resolves when all of it is done. */
  round(): Promise<void>;
}

/** A crash costs its owner so long at most before anybody sees it. */
const LOOK_MS = 2_000;
const AT_ONCE = 12;

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
    life: new Map(),
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
  takeUpMigrations(daemon, daemon.settling);
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
