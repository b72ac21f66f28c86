/** Starts a locker in a session of its own, and reads of LXC's log what became of it. */
import { spawn } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LockerName } from '../../domain/model/ids';
import * as commands from './commands';
import type { InitProcess, StartResult } from './lxc';
import { lastLines, parseStarted, wasExecuted } from './parse';
import { pauseAfter } from './pause-after';
import { initOf } from './see';
import type { Known } from './see';
import { textOf } from './text-of';

/** From lxc-start to a running init: 24 ms here, seconds on a box under load. */
const START_MS = 30_000;

interface Logs {
  readonly lxc: string;
  readonly console: string;
}

export async function startContainer(known: Known, name: LockerName, logs: Logs): Promise<StartResult> {
  await mkdir(dirname(logs.console), { recursive: true });
  // The tail that we show must be of this start.
  await Promise.all([rm(logs.lxc, { force: true }), rm(logs.console, { force: true })]);
  const argv = commands.start(known.lxcPath, name, logs);
  let first: string | null = null;
  void launch(argv).then((how) => (first = how));
  const init = await untilStarted(logs.lxc, () => first !== null);
  if (init) {
    known.inits.set(name, init);
    known.monitors.learn(name);
  }
  const log = textOf(logs.lxc);
  // It came as far as its own init: what became of that is the caller's question.
  if (init || wasExecuted(log)) return { ok: true };
  return { ok: false, evidence: [`$ ${argv.join(' ')}  → ${first ?? 'did not run in time'}`, ...lastLines(log, 8)] };
}

/** The init that LXC says it has started; null: none, or already gone. */
async function untilStarted(log: string, hasEnded: () => boolean): Promise<InitProcess | null> {
  const began = performance.now();
  const waited = () => performance.now() - began;
  while (waited() < START_MS && !hasEnded()) {
    const pid = parseStarted(textOf(log));
    if (pid !== null) return initOf(pid);
    await sleep(pauseAfter(waited()));
  }
  return null;
}

/** Detached, so that the locker outlives us; resolves when lxc-start ends, with how. */
function launch([command = '', ...args]: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { detached: true, stdio: 'ignore', cwd: '/' });
    child.unref();
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(code === null ? `signal ${signal}` : `exit ${code}`));
  });
}
