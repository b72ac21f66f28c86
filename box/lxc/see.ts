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
import { workOf } from './monitor-process';
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
}

/** While the init that LXC named once lives, its locker runs; while nobody listens for it, it does not. Else LXC is asked. */
export async function see(known: Known, name: LockerName): Promise<Seen> {
  const { lxcPath, inits, monitors, processes } = known;
  const isThere = () => existsSync(join(lxcPath, name, 'config'));
  if (!isThere()) return { state: 'missing', init: null };
  const init = inits.get(name);
  if (init && runsOn(init)) return { state: 'running', init };
  inits.delete(name);
  if (monitors.lives(name) === false) return atRest(known, name);
  const seen = await askLxc(known, name);
  if (seen.state === 'stopped') return atRest(known, name);
  if (seen.state !== 'running' || !seen.init) return seen;
  inits.set(name, seen.init);
  monitors.learn(name);
  processes.noteInit(name, seen.init);
  return seen;
}

/** LXC says STOPPED already while the hooks of the life that ended run, and not yet while those of the next do. */
function atRest({ processes }: Known, name: LockerName): Seen {
  const monitor = processes.of(name);
  if (monitor === null) return { state: 'stopped', init: null };
  const evidence = [`LXC says STOPPED, and its monitor, process ${monitor.pid}, is still there`, ...workOf(monitor)];
  return { state: 'other', init: null, evidence };
}

/** Lives, and is certainly not frozen. */
const runsOn = (init: InitProcess): boolean => lives(init) && isFrozen(init.pid) === false;
export const lives = ({ pid, startTime }: InitProcess): boolean => startTimeOf(pid) === startTime;

async function askLxc({ lxcPath, processes }: Known, name: LockerName): Promise<Seen> {
  const ran = await lxc(commands.info(lxcPath, name));
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
