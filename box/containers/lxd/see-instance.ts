/** How an instance is: by its init while that lives, else by what the daemon says. */
import { z } from 'zod';
import type { LockerName } from '../../../domain/model/ids';
import { isFrozen } from '../../lxc/is-frozen';
import type { InitProcess, Seen } from '../../lxc/lxc';
import { workOf } from '../../lxc/monitor-process';
import type { MonitorProcesses } from '../../lxc/monitor-process';
import { initOf, lives } from '../../lxc/see';
import { ask } from './ask';
import type { LxdDaemon } from './ask';
import { pathOf } from './instance';

export interface Known {
  readonly daemon: LxdDaemon;
  readonly inits: Map<LockerName, InitProcess>;
  readonly monitors: MonitorProcesses;
}

const State = z.object({ status: z.string(), pid: z.number() });

export async function seeInstance(known: Known, name: LockerName): Promise<Seen> {
  const { daemon, inits, monitors } = known;
  const before = inits.get(name);
  if (before && lives(before) && isFrozen(before.pid) === false) return { state: 'running', init: before };
  inits.delete(name);
  const answer = await ask(daemon, { method: 'GET', path: `${pathOf(name)}/state?project=default` });
  if (answer === null) return { state: 'missing', init: null };
  const { status, pid } = State.parse(answer.metadata);
  const init = pid > 0 ? initOf(pid) : null;
  if (init !== null) monitors.noteInit(name, init);
  if (status === 'Running' && init !== null) {
    inits.set(name, init);
    return { state: 'running', init };
  }
  if (status === 'Frozen' && init !== null) return { state: 'frozen', init };
  return withoutInit(known, name, status);
}

/** Its monitor is there before the init, and after it while the stop hooks of the daemon run. */
function withoutInit({ daemon, monitors }: Known, name: LockerName, status: string): Seen {
  const monitor = monitors.of(name);
  if (status === 'Stopped' && monitor === null) return { state: 'stopped', init: null };
  const evidence = [
    `${daemon.name} says ${status}`,
    ...(monitor === null ? [] : [`its monitor is process ${monitor.pid}`, ...workOf(monitor)]),
  ];
  return { state: 'other', init: null, evidence };
}
