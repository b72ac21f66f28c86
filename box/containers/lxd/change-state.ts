/** Start and thaw, by the daemon. What its log says is the evidence, which lies where LXC's would. */
import { mkdir, rm, symlink } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { LockerName } from '../../../domain/model/ids';
import type { StartResult } from '../../lxc/lxc';
import { lastLines } from '../../lxc/parse';
import { textOf } from '../../lxc/text-of';
import type { Ran } from '../../run';
import { awaited } from './ask';
import type { LxdDaemon } from './ask';
import { pathOf } from './instance';

const THAW_MS = 15_000;

const stateOf = (name: LockerName, action: 'start' | 'unfreeze') =>
  ({ method: 'PUT', path: `${pathOf(name)}/state?project=default`, body: { action, timeout: -1 } }) as const;

/** `log`: of what it prints; the daemon's own gets the end `.lxc`. */
export async function startInstance(
  daemon: LxdDaemon,
  name: LockerName,
  { log, timeoutMs }: { readonly log: string; readonly timeoutMs: number },
): Promise<StartResult> {
  await linkLogs(daemon, name, log);
  const ended = await awaited(daemon, stateOf(name, 'start'), timeoutMs);
  if (ended?.err === '' || (ended && /already running/i.test(ended.err))) return { ok: true };
  const how = ended?.err ?? `nothing runs yet after ${Math.round(timeoutMs / 1_000)} s, and it goes on`;
  return { ok: false, evidence: [`${daemon.name}: ${how}`, ...lastLines(textOf(`${log}.lxc`), 8)] };
}

/** They are looked for where LXC would have written them. */
async function linkLogs({ name: program, socket }: LxdDaemon, name: LockerName, log: string): Promise<void> {
  const own = join(dirname(socket), 'logs');
  const folder = join(existsSync(own) ? own : `/var/log/${program}`, name);
  await mkdir(dirname(log), { recursive: true });
  for (const [link, file] of [
    [log, 'console.log'],
    [`${log}.lxc`, 'lxc.log'],
  ] as const) {
    await rm(link, { force: true });
    await symlink(join(folder, file), link);
  }
}

export async function thawInstance(daemon: LxdDaemon, name: LockerName): Promise<Ran> {
  const began = performance.now();
  const ended = await awaited(daemon, stateOf(name, 'unfreeze'), THAW_MS);
  const code = ended?.err === '' ? 0 : 1;
  const tookMs = performance.now() - began;
  const argv = [daemon.name, 'unfreeze', name];
  return { argv, code, stdout: '', stderr: ended?.err ?? '', timedOut: ended === null, tookMs, startError: null };
}
