/** How a locker is, by as few processes as may be. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '../../domain/faults';
import type { LockerName } from '../../domain/model/ids';
import { evidenceOf, run } from '../run';
import type { Ran } from '../run';
import type { MonitorWatch } from './command-socket';
import * as commands from './commands';
import { isFrozen } from './is-frozen';
import type { InitProcess, Seen } from './lxc';
import { isAtHooks, workOf } from './monitor-process';
import type { MonitorProcesses } from './monitor-process';
import { parseInfo, parseStartTime } from './parse';
import { textOf } from './text-of';

/** LXC answers in milliseconds; one that does not has a hung lock. */
const ANSWER_MS = 15_000;

/** What was seen before. A process for each look was most of lockerd's CPU in a rollout (docs/performance.md). */
export interface Known {
  readonly lxcPath: string;
  readonly inits: Map<LockerName, InitProcess>;
  /** By its command socket: does it listen? */
  readonly monitors: MonitorWatch;
  /** By its process: is it there? */
  readonly processes: MonitorProcesses;
  /** The path by which LXC knows one that was started by another spelling of it. */
  readonly spelled: Map<LockerName, string>;
}

/** Of a locker that was just seen. */
export const pathOf = ({ spelled, lxcPath }: Known, name: LockerName): string => spelled.get(name) ?? lxcPath;

/** While the init that LXC named once lives, its locker runs; while nobody listens for it, it does not. Else LXC is asked. */
export async function see(known: Known, name: LockerName): Promise<Seen> {
  const { lxcPath, inits, monitors, spelled } = known;
  const isThere = () => existsSync(join(lxcPath, name, 'config'));
  if (!isThere()) return { state: 'missing', init: null };
  const init = inits.get(name);
  if (init && runsOn(init)) return { state: 'running', init };
  inits.delete(name);
  if (monitors.lives(name) === false) return otherwise(known, name);
  const seen = await askLxc(known, name, lxcPath);
  if (seen.state === 'stopped') return otherwise(known, name);
  spelled.delete(name);
  note(known, name, seen);
  if (seen.state === 'running') monitors.learn(name);
  return seen;
}

function note({ inits, processes }: Known, name: LockerName, { state, init }: Seen): void {
  if (init === null) return;
  processes.noteInit(name, init);
  if (state === 'running') inits.set(name, init);
}

/**
 * By this spelling of its path LXC says STOPPED. It does so already while the hooks of the life that ended run, not yet while
 * those of the next do, and always where it was started by another spelling: then that is what it is asked by from here on.
 */
async function otherwise(known: Known, name: LockerName): Promise<Seen> {
  const monitor = known.processes.of(name);
  if (monitor === null) {
    known.spelled.delete(name);
    return { state: 'stopped', init: null };
  }
  if (monitor.lxcPath.startsWith('/') && !isSame(monitor.lxcPath, known.lxcPath)) {
    const seen = await askLxc(known, name, monitor.lxcPath);
    known.spelled.set(name, monitor.lxcPath);
    note(known, name, seen);
    if (seen.state !== 'stopped') return seen;
  }
  const evidence = [`LXC says STOPPED, and its monitor, process ${monitor.pid}, is still there`, ...workOf(monitor)];
  return { state: 'other', init: null, evidence };
}

/** To LXC, which takes slashes at the end off, and no others. */
const isSame = (path: string, other: string): boolean => path.replace(/\/+$/, '') === other.replace(/\/+$/, '');

/** Lives, and is certainly not frozen. */
const runsOn = (init: InitProcess): boolean => lives(init) && isFrozen(init.pid) === false;
export const lives = ({ pid, startTime }: InitProcess): boolean => startTimeOf(pid) === startTime;

/** `spelled`: its path, as it was started by. */
async function askLxc({ lxcPath, processes }: Known, name: LockerName, spelled: string): Promise<Seen> {
  const begins = processes.of(name);
  if (begins && isAtHooks(begins)) return { state: 'other', init: null, evidence: workOf(begins) };
  const ran = await lxc(commands.info(spelled, name));
  if (ran.code !== 0) {
    // It may have been destroyed between the two looks; anything else is a question without an answer.
    if (!existsSync(join(lxcPath, name, 'config'))) return { state: 'missing', init: null };
    const monitor = processes.of(name);
    // A monitor answers nothing before it is through with its hooks.
    if (ran.timedOut && monitor !== null)
      return { state: 'other', init: null, evidence: [...evidenceOf(ran), ...workOf(monitor)] };
    throw new Fault('CommandFailed', `LXC does not say how locker ${name} is.`, { evidence: evidenceOf(ran) });
  }
  const { state, word, pid } = parseInfo(ran.stdout);
  if (state === 'other') return { state, init: null, evidence: [`LXC says ${word}`] };
  const init = pid === null ? null : initOf(pid);
  // It ended between the answer and our look.
  if (state === 'running' && init === null)
    return { state: 'other', init, evidence: [`LXC says ${word}, and its init has ended`] };
  return { state, init };
}

export function initOf(pid: number): InitProcess | null {
  const startTime = startTimeOf(pid);
  return startTime === null ? null : { pid, startTime };
}

/** Of the kernel's own memory: nothing to wait for. */
const startTimeOf = (pid: number): string | null => parseStartTime(textOf(`/proc/${pid}/stat`));

export async function lxc(argv: readonly string[], timeoutMs = ANSWER_MS): Promise<Ran> {
  const ran = await run(argv, { timeoutMs });
  if (ran.startError?.code === 'ENOENT') throw new Fault('LxcMissing', `There is no ${argv[0]} on this box.`);
  return ran;
}
