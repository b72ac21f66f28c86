/** Starts a locker in a session of its own, and reads of LXC's log what became of it. */
import { spawn } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LockerName } from '../../domain/model/ids';
import * as commands from './commands';
import type { InitProcess, StartResult } from './lxc';
import { workOf } from './monitor-process';
import { lastLines, parseStarted, wasExecuted } from './parse';
import { pauseAfter } from './pause-after';
import { initOf } from './see';
import type { Known } from './see';
import { textOf } from './text-of';

export interface Starting {
  /** Where LXC's own log and what the locker prints go. */
  readonly logs: { readonly lxc: string; readonly console: string };
  /** From lxc-start to a running init: 24 ms here, seconds on a box under load, as long as they like with hooks. */
  readonly timeoutMs: number;
}

export async function startContainer(known: Known, name: LockerName, { logs, timeoutMs }: Starting): Promise<StartResult> {
  await mkdir(dirname(logs.console), { recursive: true });
  // The tail that we show must be of this start.
  await Promise.all([rm(logs.lxc, { force: true }), rm(logs.console, { force: true })]);
  const argv = commands.start(known.lxcPath, name, logs);
  let first: string | null = null;
  const { pid, ended } = launch(argv);
  void ended.then((how) => (first = how));
  if (pid !== null) known.processes.noteStart(name, pid);
  const init = await untilStarted({ log: logs.lxc, timeoutMs }, () => first !== null);
  if (init) {
    known.inits.set(name, init);
    known.processes.noteInit(name, init);
    known.monitors.learn(name);
  }
  const log = textOf(logs.lxc);
  // It came as far as its own init: what became of that is the caller's question.
  if (init || wasExecuted(log)) return { ok: true };
  const how = first ?? `nothing runs yet after ${Math.round(timeoutMs / 1_000)} s, and it goes on`;
  const monitor = first === null ? known.processes.of(name) : null;
  const evidence = [`$ ${argv.join(' ')}  → ${how}`, ...(monitor ? workOf(monitor) : []), ...lastLines(log, 8)];
  return { ok: false, evidence };
}

/** The init that LXC says it has started; null: none, or already gone. */
async function untilStarted(
  { log, timeoutMs }: { readonly log: string; readonly timeoutMs: number },
  hasEnded: () => boolean,
): Promise<InitProcess | null> {
  const began = performance.now();
  const waited = () => performance.now() - began;
  while (waited() < timeoutMs && !hasEnded()) {
    const pid = parseStarted(textOf(log));
    if (pid !== null) return initOf(pid);
    await sleep(pauseAfter(waited()));
  }
  return null;
}

interface Launched {
  /** null: it could not be run. */
  readonly pid: number | null;
  /** Resolves when lxc-start ends, with how. */
  readonly ended: Promise<string>;
}

/** Detached, so that the locker outlives us. */
function launch([command = '', ...args]: readonly string[]): Launched {
  const child = spawn(command, args, { detached: true, stdio: 'ignore', cwd: '/' });
  child.unref();
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(code === null ? `signal ${signal}` : `exit ${code}`));
  });
  return { pid: child.pid ?? null, ended };
}
