/**
 * A process is its pid *and* its start time: a pid alone may belong to somebody else by now, and
 * `down` must end exactly what was started.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Names this very process; null: no such process (a zombie counts as gone). */
export function identityOf(pid: number): string | null {
  return process.platform === 'linux' ? fromProc(pid) : fromPs(pid);
}

export function isAlive(pid: number, identity: string): boolean {
  return identityOf(pid) === identity;
}

function fromProc(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the command's name in brackets and may hold spaces and brackets itself.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return fields[0] === 'Z' ? null : `${boot}/${fields[19]}`;
  } catch {
    return null;
  }
}

function fromPs(pid: number): string | null {
  const ran = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', timeout: 5_000 });
  const started = ran.stdout.trim();
  return ran.status === 0 && started !== '' ? started : null;
}

/** When it was started, ISO 8601; null: it is gone, or this is no Linux. */
export function startedAt(pid: number): string | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    const upFor = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
    // In ticks since boot, of which every Linux shows 100 a second.
    return new Date(Date.now() - (upFor - Number(fields[19]) / 100) * 1_000).toISOString();
  } catch {
    return null;
  }
}
