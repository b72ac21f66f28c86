/** The rollouts' account on the host. */
import { readdirSync, readFileSync } from 'node:fs';
import { command, mustRun } from './command';

export interface Account {
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

export function accountOf(name: string): Account | null {
  const { exit, stdout } = command(['getent', 'passwd', name]);
  const [, , uid, gid, , home] = stdout.trim().split(':');
  return exit === 0 && home ? { uid: Number(uid), gid: Number(gid), home } : null;
}

/** No password, but none that is locked either: sshd without PAM refuses those. `sh`: it reads no files of its own. */
export function makeAccount(name: string): void {
  const rights = ['--system', '--user-group', '--create-home', '--home-dir', `/home/${name}`, '--shell', '/bin/sh'];
  mustRun(['useradd', ...rights, '--password', '*', '--comment', 'Lockstep rollouts', name]);
}

/** With its home. A connection of a rollout may still be open under it. */
export function removeAccount(name: string): void {
  const account = accountOf(name);
  if (account === null) return;
  for (const pid of processesOf(account.uid)) end(pid);
  mustRun(['userdel', '--remove', '--force', name]);
}

function processesOf(uid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid > 1 && uidOf(pid) === uid);
}

function uidOf(pid: number): number {
  try {
    return Number(/^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? -1);
  } catch {
    return -1;
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}
