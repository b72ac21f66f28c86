/** Ends exactly what was started here: the worker first (its steps have a grace), then the server. */
import { existsSync } from 'node:fs';
import { endProcess } from './end-process';
import type { HowEnded } from './end-process';
import { lockstepHome, makeHome } from './home';
import type { Home } from './home';
import { settleLayout } from './home-layout';
import { recoverRecord } from './lost-process';
import { forgetRecord } from './process-record';
import type { ProcessName } from './process-record';
import { endSandboxes } from './sandbox-box';
import { WORKER_GRACE_MS } from './worker-process';
import { withLock } from './with-lock';

export interface Ended {
  readonly name: string;
  readonly pid: number;
  readonly how: HowEnded;
}

const PROCESSES = [
  { name: 'worker', graceMs: WORKER_GRACE_MS },
  { name: 'temporal', graceMs: 15_000 },
] as const satisfies readonly { name: ProcessName; graceMs: number }[];
const LOCK_WITHIN_MS = 120_000;

export interface EndOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly progress: (line: string) => void;
  /** The sandbox too, last: steps in flight still need their box. */
  readonly sandbox: boolean;
}

export interface EndedEnvironment {
  readonly processes: readonly Ended[];
  /** Their state folders. */
  readonly sandboxes: readonly string[];
}

export async function endEnvironment({ env, progress, sandbox }: EndOptions): Promise<EndedEnvironment> {
  const home = lockstepHome(env);
  if (!existsSync(home.root)) return { processes: [], sandboxes: [] };
  await makeHome(home);
  const onWait = (pid: number) => progress(`a start is at work (process ${pid}); waiting for it`);
  return withLock(home.lock, { deadlineMs: LOCK_WITHIN_MS, onWait }, async () => {
    await settleLayout(home, progress);
    const processes: Ended[] = [];
    for (const { name, graceMs } of PROCESSES) {
      const one = await endOne(home, name, graceMs, progress);
      if (one !== null) processes.push(one);
    }
    return { processes, sandboxes: sandbox ? await endSandboxes(home, progress) : [] };
  });
}

async function endOne(home: Home, name: ProcessName, graceMs: number, progress: (line: string) => void): Promise<Ended | null> {
  const record = await recoverRecord(home, name);
  if (record === null) return null;
  progress(`ending ${name} (process ${record.pid})`);
  const how = await endProcess(record, graceMs);
  if (how !== 'still-there') await forgetRecord(home, name);
  return { name, pid: record.pid, how };
}
