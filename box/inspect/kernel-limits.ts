/** Limits of the kernel that all containers of a box share. null: it does not tell, as inside of a network namespace. */
import type { KernelLimits } from '../../domain/model/inventory';
import { textOf } from '../lxc/text-of';

export function kernelLimits(read: (file: string) => string = textOf): KernelLimits {
  const numberOf = (name: string): number | null => {
    const text = read(`/proc/sys/${name}`).trim();
    return /^\d+$/.test(text) ? Number(text) : null;
  };
  const [ptys, reserved] = [numberOf('kernel/pty/max'), numberOf('kernel/pty/reserve')];
  return {
    neighbours: numberOf('net/ipv4/neigh/default/gc_thresh3'),
    terminals: ptys === null ? null : ptys - (reserved ?? 0),
  };
}
