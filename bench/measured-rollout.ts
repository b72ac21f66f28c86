/** One rollout through the front door, measured from outside. */
import { lockstepHome } from '../embedded/home';
import { readRecord } from '../embedded/process-record';
import { lockerdPid } from '../sandbox/box-processes';
import { boxNamed, openSandbox } from '../sandbox/find-box';
import { finishedOf } from '../test/support/installation';
import type { Installation } from '../test/support/installation';
import { intentTimes, journalLines } from './journal-lines';
import { timesOf } from './journal-times';
import type { JournalTimes } from './journal-times';
import { livesSince } from './locker-lives';
import { commandsMs, lockersMs, processMiB, processMs } from './machine';
import { lastHistory } from './workflow-history';
import type { History } from './workflow-history';

export interface MeasuredRollout {
  /** From the first halt signal until the last one serves. */
  readonly movingMs: number;
  /** From the first drain on the box to the end of the workflow: what the efficiency is of. */
  readonly wallMs: number;
  /** From the command's start to its end: Temporal, worker, plan and staging included. */
  readonly commandMs: number;
  readonly downMs: readonly number[];
  /** From each one's quiesce to the end of its own work in flight. */
  readonly drainMs: readonly number[];
  readonly cpuMs: Spent;
  readonly memoryMiB: { readonly worker: number; readonly temporal: number; readonly lockerd: number };
  readonly history: History;
  readonly times: JournalTimes;
}

export async function measuredRollout(here: Installation, ref: string): Promise<MeasuredRollout> {
  const { sandbox } = here;
  const before = await spent(here);
  const [began, beganAt] = [performance.now(), Date.now()];
  const ended = await here.rollout('--ref', ref);
  const commandMs = performance.now() - began;
  const after = await spent(here);
  const { state, counts } = finishedOf(ended);
  if (state !== 'succeeded' || counts['updated'] !== sandbox.lockers.length)
    throw new Error(`${state}, ${JSON.stringify(counts)}\n${ended.stderr}`);
  const lines = await journalLines(sandbox, beganAt);
  const [history, times, lives] = [await lastHistory(here), timesOf(lines), await livesSince(sandbox, beganAt)];
  const quiesced = intentTimes(lines, 'quiesce');
  const stops = lives.map(({ locker, idleAt, signalledAt, servingAt }) => {
    if (signalledAt === null || servingAt === null) throw new Error(`${locker} was not stopped and started`);
    const from = quiesced.get(locker) ?? signalledAt;
    return { signalledAt, servingAt, drainMs: Math.max(0, (idleAt ?? from) - from) };
  });
  return {
    movingMs: Math.max(...stops.map(({ servingAt }) => servingAt)) - Math.min(...stops.map(({ signalledAt }) => signalledAt)),
    wallMs: history.closedAt - times.firstAt,
    commandMs,
    downMs: stops.map(({ signalledAt, servingAt }) => servingAt - signalledAt),
    drainMs: stops.map(({ drainMs }) => drainMs),
    cpuMs: less(after, before),
    memoryMiB: await memory(here),
    history,
    times,
  };
}

export type Spent = Readonly<Record<'lockers' | 'cli' | 'worker' | 'temporal' | 'lockerd', number>>;

const less = (after: Spent, before: Spent): Spent => ({
  lockers: after.lockers - before.lockers,
  cli: after.cli - before.cli,
  worker: after.worker - before.worker,
  temporal: after.temporal - before.temporal,
  lockerd: after.lockerd - before.lockerd,
});

async function spent(here: Installation): Promise<Spent> {
  const { worker, temporal, lockerd } = await pids(here);
  return {
    lockers: await lockersMs(here.sandbox.netns),
    cli: await commandsMs(),
    worker: await processMs(worker),
    temporal: await processMs(temporal),
    lockerd: await processMs(lockerd),
  };
}

async function memory(here: Installation): Promise<MeasuredRollout['memoryMiB']> {
  const { worker, temporal, lockerd } = await pids(here);
  return { worker: await peak(worker), temporal: await peak(temporal), lockerd: await peak(lockerd) };
}

const peak = async (pid: number): Promise<number> => (await processMiB(pid)).peak;

/** Started by the command itself, so they may not be there before: 0, of which nothing is known. */
async function pids({ env, sandbox }: Installation): Promise<Record<'worker' | 'temporal' | 'lockerd', number>> {
  const home = lockstepHome(env);
  const { state } = await openSandbox(sandbox.dir);
  const ofRecord = async (name: string) => (await readRecord(home, name))?.pid ?? 0;
  const lockerd = (await lockerdPid(boxNamed(state, sandbox.box))) ?? 0;
  return { worker: await ofRecord('worker'), temporal: await ofRecord('temporal'), lockerd };
}
