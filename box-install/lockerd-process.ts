/** The lockerd that runs on the host: which files it is from, its end, its start. */
import { readFileSync, rmSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { command } from './command';
import { Failed } from './failed';

const ENDS_WITHIN_MS = 15_000;
const LOOK_EVERY_MS = 100;

/** null: none runs. A pid file that somebody left behind names nobody, or somebody else. */
export function lockerdPid({ pidFile, bundle }: { pidFile: string; bundle: string }): number | null {
  const pid = Number(text(pidFile).trim());
  return pid > 1 && text(`/proc/${pid}/cmdline`).split('\0').includes(bundle) ? pid : null;
}

/** Its lockers run on; its jobs are taken up again by the next one under their tokens. */
export async function endLockerd(what: { pidFile: string; bundle: string }): Promise<boolean> {
  const pid = lockerdPid(what);
  if (pid === null) return false;
  process.kill(pid, 'SIGTERM');
  for (let waited = 0; waited < ENDS_WITHIN_MS; waited += LOOK_EVERY_MS) {
    if (text(`/proc/${pid}/cmdline`) === '') return true;
    await sleep(LOOK_EVERY_MS);
  }
  throw new Failed(`lockerd (process ${pid}) did not end within ${ENDS_WITHIN_MS / 1000} s of SIGTERM.`, [
    'look at its log, end it, run this again',
  ]);
}

/** It says who it is when it has read them; what was written later it has not. */
export function runsOlder(pidFile: string, files: readonly string[]): boolean {
  const began = statSync(pidFile).mtimeMs;
  return files.some((file) => statSync(file).mtimeMs > began);
}

/** Starts it where none runs. */
export const askLockerd = (lockerctl: string) => command([lockerctl, 'status']);

export function removeLeavings(paths: readonly string[]): void {
  for (const path of paths) rmSync(path, { recursive: true, force: true });
}

function text(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
