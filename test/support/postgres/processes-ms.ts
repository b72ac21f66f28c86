/** CPU of a process and all that it started: PostgreSQL has a process for each connection. */
import { readdirSync, readFileSync } from 'node:fs';

/** What /proc counts in, on every Linux that Node runs on. */
const MS_PER_TICK = 10;

/** `utime stime cutime cstime` and the parent, behind the name, which may hold anything. */
function statOf(pid: string): { readonly parent: number; readonly own: number; readonly ended: number } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const at = (index: number) => fields[index] ?? 0;
    return { parent: at(1), own: at(11) + at(12), ended: at(13) + at(14) };
  } catch {
    // It ended between the list and the look.
    return null;
  }
}

export function processesMs(root: number): number {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const ticks = all.reduce((sum, pid) => {
    const stat = statOf(pid);
    if (stat === null) return sum;
    if (Number(pid) === root) return sum + stat.own + stat.ended;
    return stat.parent === root ? sum + stat.own : sum;
  }, 0);
  return ticks * MS_PER_TICK;
}
