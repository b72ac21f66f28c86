/**
 * The sandbox box of a rollout. What is there is left as it is; what had to be made is written
 * down first, so that `down` takes away just the sandboxes that were made from here.
 */
import { existsSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { Fault } from '../domain/faults';
import { bringUp } from '../sandbox/bring-up';
import { DEFAULT_SANDBOX_DIR, sandboxLayout } from '../sandbox/sandbox-layout';
import { takeDown } from '../sandbox/take-down';
import type { SshInput } from '../domain/model/fleet';
import type { BoxName } from '../domain/model/ids';
import { lockstepHome, makeHome } from './home';
import type { Home } from './home';
import { settleLayout } from './home-layout';
import { setAside } from './set-aside';
import { withLock } from './with-lock';
import { makeWritable } from './writable-folder';

export interface SandboxBox {
  readonly box: BoxName;
  /** The sandbox's state folder. */
  readonly dir: string;
}
type Progress = (line: string) => void;

const Made = z.strictObject({ format: z.literal(1), dirs: z.array(z.string()) });

/** A sandbox writes its ssh config into its own folder, and the fleet file names it: so that names the folder. */
export function sandboxBoxOf(box: BoxName, ssh: SshInput, fleetFile: string): SandboxBox {
  return { box, dir: ssh.config === undefined ? DEFAULT_SANDBOX_DIR : dirname(resolve(dirname(fleetFile), ssh.config)) };
}

export async function ensureSandbox(home: Home, { box, dir }: SandboxBox, progress: Progress): Promise<void> {
  const made = await readMade(home, progress);
  await checkWritable(dir);
  if (!existsSync(sandboxLayout(dir).state) && !made.includes(dir)) await writeMade(home, [...made, dir]);
  await bringUp({ dir, box, lockers: null, progress });
}

/** For `sandbox up` and `down`, which are no start of ours: what the one has made, `ps` shows and our `down` ends. */
export async function noteSandbox(env: NodeJS.ProcessEnv, dir: string, progress: Progress): Promise<void> {
  await changeMade(env, progress, (dirs) => (dirs.includes(dir) ? dirs : [...dirs, dir]));
}

export async function forgetSandbox(env: NodeJS.ProcessEnv, dir: string, progress: Progress): Promise<void> {
  if (!existsSync(lockstepHome(env).record('sandboxes'))) return;
  await changeMade(env, progress, (dirs) => dirs.filter((one) => one !== dir));
}

async function changeMade(env: NodeJS.ProcessEnv, progress: Progress, change: (dirs: readonly string[]) => readonly string[]) {
  const home = lockstepHome(env);
  await makeHome(home);
  const onWait = (pid: number) => progress(`another start is at work (process ${pid}); waiting for it`);
  await withLock(home.lock, { deadlineMs: LOCK_WITHIN_MS, onWait }, async () => {
    await settleLayout(home, progress);
    await writeMade(home, change(await readMade(home, progress)));
  });
}
/** A start may hold the lock while it makes a box. */
const LOCK_WITHIN_MS = 600_000;

/** Returns the folders whose sandbox was ended. */
export async function endSandboxes(home: Home, progress: Progress): Promise<readonly string[]> {
  const ended: string[] = [];
  for (const dir of await readMade(home, progress)) if (await takeDown({ dir, progress })) ended.push(dir);
  await rm(home.record('sandboxes'), { force: true });
  return ended;
}

/** The folders of the sandboxes that were made from here; none where that can not be read. */
export async function sandboxesOf(home: Home): Promise<readonly string[]> {
  return (await madeIn(home)) ?? [];
}

async function readMade(home: Home, progress: Progress): Promise<readonly string[]> {
  const made = await madeIn(home);
  if (made !== null) return made;
  progress(`the record of the sandboxes can not be read: set aside as ${await setAside(home.record('sandboxes'))}`);
  progress('To end one that was made from here: `npm run sandbox -- down` (with --dir for another folder).');
  return [];
}

/** null: there is a record that can not be read. */
async function madeIn(home: Home): Promise<readonly string[] | null> {
  const text = await readFile(home.record('sandboxes'), 'utf8').catch(() => null);
  if (text === null) return [];
  try {
    return Made.parse(JSON.parse(text)).dirs;
  } catch {
    return null;
  }
}

async function checkWritable(dir: string): Promise<void> {
  const why = await makeWritable(dir);
  if (why === null) return;
  throw new Fault('SandboxUnavailable', `Nothing can be written to ${dir}, where the sandbox would be.`, {
    evidence: [why],
    cure: 'Work in a copy of this folder that you can write to.',
  });
}

async function writeMade(home: Home, dirs: readonly string[]): Promise<void> {
  const file = home.record('sandboxes');
  await writeFile(`${file}.tmp`, `${JSON.stringify({ format: 1, dirs })}\n`);
  await rename(`${file}.tmp`, file);
}
