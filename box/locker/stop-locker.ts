/**
 * Stops a locker with one halt signal for each life of its init, whoever asks and however often:
 * a second one makes a locker give up its work in flight (facts). The policy decides at the deadline.
 */
import { Fault } from '../../domain/faults';
import type { LockerName } from '../../domain/model/ids';
import type { Daemon } from '../daemon';
import type { Job } from '../jobs/job';
import type { BoxState } from '../journal/state';
import type { InitProcess, Seen } from '../lxc/lxc';
import { settledOrFault } from './settled';

export interface StopRule {
  readonly timeoutMs: number;
  readonly onTimeout: 'kill' | 'hold';
}
export type Stopped =
  | { readonly kind: 'stopped'; readonly killed: boolean; readonly signalledAt: number | null }
  | { readonly kind: 'timed-out'; readonly waitedMs: number; readonly evidence: string[] };

/** SIGKILL takes milliseconds; a process in uninterruptible sleep takes as long as its disk. */
const KILL_WAIT_MS = 20_000;

export async function stopLocker(
  daemon: Daemon,
  job: Job,
  { locker, rule }: { locker: LockerName; rule: StopRule },
): Promise<Stopped> {
  const seen = await thawed(daemon, job, { locker, withinMs: rule.timeoutMs });
  if (!seen.init) return stoppedAs(job);
  const init = seen.init;
  const until = await signalOnce(daemon, job, { locker, init, timeoutMs: rule.timeoutMs });
  if (await daemon.lxc.waitStopped(locker, until - daemon.now())) return stoppedAs(job);
  if (!(await daemon.lxc.isAlive(init))) return hooksEnd(daemon, job, locker);
  if (rule.onTimeout === 'hold') return timedOut(daemon, job, { locker, init });
  job.say(`${locker} did not stop in time: killed`);
  const intent = { kind: 'kill', bootId: daemon.bootId, init } as const;
  await job.effect(intent, () => daemon.lxc.kill(locker, init));
  if (await daemon.lxc.waitStopped(locker, KILL_WAIT_MS)) return stoppedAs(job);
  const evidence = [`SIGKILL to init ${init.pid}; after ${KILL_WAIT_MS / 1000} s LXC does not call it stopped`];
  throw new Fault('CommandFailed', `Locker ${locker} survived a kill.`, { evidence });
}

/** It has done its part, and what LXC does for the box after it is not cut off: neither kill nor hold is about that. */
async function hooksEnd(daemon: Daemon, job: Job, locker: LockerName): Promise<Stopped> {
  await settledOrFault(daemon, locker, KILL_WAIT_MS);
  return stoppedAs(job);
}

async function thawed(daemon: Daemon, job: Job, at: { locker: LockerName; withinMs: number }): Promise<Seen> {
  const { locker, withinMs } = at;
  const seen = await settledOrFault(daemon, locker, withinMs);
  if (seen.state !== 'frozen') return seen;
  // A frozen process takes no signal.
  await job.effect({ kind: 'thaw' }, () => daemon.lxc.unfreeze(locker));
  return settledOrFault(daemon, locker, withinMs);
}

interface Signal {
  readonly locker: LockerName;
  readonly init: InitProcess;
  readonly timeoutMs: number;
}

/** Returns the moment until which the locker may take its time. */
async function signalOnce(daemon: Daemon, job: Job, { locker, init, timeoutMs }: Signal): Promise<number> {
  const mine = job.intended('stop');
  if (mine && isOf(mine.intent, init, daemon.bootId)) return Date.parse(mine.intent.deadline);
  const signal = !wasSignalled(daemon.journal.state(), init, daemon.bootId);
  const until = daemon.now() + timeoutMs;
  const intent = { kind: 'stop', bootId: daemon.bootId, init, deadline: new Date(until).toISOString(), signal } as const;
  await job.effect(intent, async () => {
    if (signal) await daemon.lxc.signalStop(locker, init);
  });
  return until;
}

/** Has any job ever told this very process to stop? */
export function wasSignalled(state: BoxState, init: InitProcess, bootId: string): boolean {
  for (const { intents } of state.jobs.values())
    if (intents.some(({ intent }) => intent.kind === 'stop' && isOf(intent, init, bootId))) return true;
  return false;
}

function isOf(intent: { bootId: string; init: InitProcess }, init: InitProcess, bootId: string): boolean {
  return intent.bootId === bootId && intent.init.pid === init.pid && intent.init.startTime === init.startTime;
}

function stoppedAs(job: Job): Stopped {
  const stop = job.intended('stop');
  return { kind: 'stopped', killed: job.intended('kill') !== null, signalledAt: stop ? Date.parse(stop.at) : null };
}

function timedOut(daemon: Daemon, job: Job, { locker, init }: { locker: LockerName; init: InitProcess }): Stopped {
  const since = job.intended('stop')?.at ?? new Date(daemon.now()).toISOString();
  const waitedMs = daemon.now() - Date.parse(since);
  return {
    kind: 'timed-out',
    waitedMs,
    evidence: [`${locker}: halt signal sent at ${since}; init ${init.pid} still runs after ${Math.round(waitedMs / 100) / 10} s`],
  };
}
