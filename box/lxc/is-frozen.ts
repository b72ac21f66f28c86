/** Is a process frozen by its cgroup? Asked of the kernel: LXC's own answer costs a process for each look. */
import { join } from 'node:path';
import { textOf } from './text-of';

const ROOT = '/sys/fs/cgroup';

/** null: this machine does not tell, or not where it is expected; then LXC must be asked. */
export function isFrozen(pid: number): boolean | null {
  const place = freezerOf(textOf(`/proc/${pid}/cgroup`));
  if (place === null) return null;
  const { file, frozen, thawed } = place;
  const text = textOf(join(ROOT, file));
  if (frozen.test(text)) return true;
  return thawed.test(text) ? false : null;
}

interface Place {
  readonly file: string;
  readonly frozen: RegExp;
  readonly thawed: RegExp;
}

/** The v1 hierarchy wins where both are there: LXC then freezes by that one. Pure. */
export function freezerOf(cgroups: string): Place | null {
  const v1 = /^\d+:(?:[^:\n]*,)?freezer(?:,[^:\n]*)?:(\/.*)$/m.exec(cgroups)?.[1];
  if (v1 !== undefined) return { file: join('freezer', v1, 'freezer.state'), frozen: /^FR(?:OZEN|EEZING)/, thawed: /^THAWED/ };
  const v2 = /^0::(\/.*)$/m.exec(cgroups)?.[1];
  return v2 === undefined ? null : { file: join(v2, 'cgroup.events'), frozen: /^frozen 1$/m, thawed: /^frozen 0$/m };
}
