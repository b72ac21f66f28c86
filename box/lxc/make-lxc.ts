/** `Lxc` on the real commands and /proc. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../../domain/faults';
import { LockerName } from '../../domain/model/ids';
import type { BoxConfig } from '../../domain/protocol/box-config';
import type { BoxPaths } from '../paths';
import { evidenceOf, run } from '../run';
import type { Ran } from '../run';
import * as commands from './commands';
import { isFrozen } from './is-frozen';
import type { InitProcess, Lxc, Seen, StartResult } from './lxc';
import { lastLines, parseConfigAddress, parseInfo, parseStartTime, wasExecuted } from './parse';

/** LXC answers in milliseconds; one that does not has a hung lock. */
const ANSWER_MS = 15_000;
/** From lxc-start to a running init: 24 ms here, seconds on a box under load. */
const START_MS = 30_000;

export function makeLxc(config: BoxConfig, paths: BoxPaths): Lxc {
  const { lxcPath } = config;
  const pattern = new RegExp(`^(?:${config.lockerPattern})$`);
  const isLocker = (name: string) =>
    LockerName.safeParse(name).success && pattern.test(name) && existsSync(join(lxcPath, name, 'config'));
  return {
    version: async () => (await lxc(commands.version())).stdout.trim(),
    list: async () => (await readdir(lxcPath)).filter(isLocker).toSorted() as LockerName[],
    see: makeSee(lxcPath),
    isAlive: async (init) => (await startTimeOf(init.pid)) === init.startTime,
    address: async (name) => {
      const inConfig = parseConfigAddress(await readFile(paths.lxcConfig(name), 'utf8').catch(() => ''));
      return inConfig ?? (lastLines((await lxc(commands.infoAddress(lxcPath, name))).stdout, 10)[0]?.trim() || null);
    },
    signalStop: (name) => lxc(commands.signalStop(lxcPath, name)),
    waitStopped: (name, timeoutMs) => waitStopped(lxcPath, name, timeoutMs),
    kill: (name) => lxc(commands.kill(lxcPath, name)),
    start: (name) => start(lxcPath, name, { lxc: `${paths.bootLog(name)}.lxc`, console: paths.bootLog(name) }),
    attach: (name, argv, timeoutMs) => lxc(commands.attach(lxcPath, name, argv), timeoutMs),
    unfreeze: (name) => lxc(commands.unfreeze(lxcPath, name)),
  };
}

async function lxc(argv: readonly string[], timeoutMs = ANSWER_MS): Promise<Ran> {
  const ran = await run(argv, { timeoutMs });
  if (ran.startError?.code === 'ENOENT') throw new Fault('LxcMissing', `There is no ${argv[0]} on this box.`);
  return ran;
}

/**
 * While the init that LXC named once lives, its locker runs: only then LXC need not be asked again.
 * Its answer costs a process, which was half of lockerd's CPU in a rollout (docs/performance.md).
 */
function makeSee(lxcPath: string): Lxc['see'] {
  const known = new Map<LockerName, InitProcess>();
  return async (name) => {
    const init = known.get(name);
    if (init && (await runsOn(init)) && existsSync(join(lxcPath, name, 'config'))) return { state: 'running', init };
    const seen = await see(lxcPath, name);
    if (seen.state === 'running' && seen.init) known.set(name, seen.init);
    else known.delete(name);
    return seen;
  };
}

/** Lives, and is certainly not frozen. */
async function runsOn({ pid, startTime }: InitProcess): Promise<boolean> {
  return (await startTimeOf(pid)) === startTime && (await isFrozen(pid)) === false;
}

async function see(lxcPath: string, name: LockerName): Promise<Seen> {
  if (!existsSync(join(lxcPath, name, 'config'))) return { state: 'missing', init: null };
  const ran = await lxc(commands.info(lxcPath, name));
  if (ran.code !== 0) {
    // It may have been destroyed between the two looks; anything else is a question without an answer.
    if (!existsSync(join(lxcPath, name, 'config'))) return { state: 'missing', init: null };
    throw new Fault('CommandFailed', `LXC does not say how locker ${name} is.`, { evidence: evidenceOf(ran) });
  }
  const { state, pid } = parseInfo(ran.stdout);
  const startTime = pid === null ? null : await startTimeOf(pid);
  return { state, init: pid === null || startTime === null ? null : { pid, startTime } };
}

async function startTimeOf(pid: InitProcess['pid']): Promise<string | null> {
  return parseStartTime(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''));
}

async function waitStopped(lxcPath: string, name: LockerName, timeoutMs: number): Promise<boolean> {
  if (timeoutMs > 0) {
    const seconds = Math.ceil(timeoutMs / 1000) + 1;
    await lxc(commands.wait(lxcPath, name, { state: 'STOPPED', seconds }), timeoutMs);
  }
  return (await see(lxcPath, name)).state === 'stopped';
}

async function start(lxcPath: string, name: LockerName, logs: { lxc: string; console: string }): Promise<StartResult> {
  await mkdir(join(logs.console, '..'), { recursive: true });
  // The tail that we show must be of this start.
  await Promise.all([rm(logs.lxc, { force: true }), rm(logs.console, { force: true })]);
  const argv = commands.start(lxcPath, name, logs);
  const ended = launch(argv);
  const wait = new AbortController();
  const running = run(commands.wait(lxcPath, name, { state: 'RUNNING', seconds: START_MS / 1000 }), {
    timeoutMs: START_MS,
    signal: wait.signal,
  });
  const first = await Promise.race([ended, running.then(({ code }) => (code === 0 ? 'runs' : 'did not run in time'))]);
  wait.abort();
  if (first === 'runs') return { ok: true };
  const log = await readFile(logs.lxc, 'utf8').catch(() => '');
  // It came as far as its own init: what became of that is the caller's question.
  if (wasExecuted(log)) return { ok: true };
  return { ok: false, evidence: [`$ ${argv.join(' ')}  → ${first}`, ...lastLines(log, 8)] };
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
