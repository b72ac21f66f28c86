/** A path of a container as the box has it, by the container's mounts and its root. Pure. */
import { below, joined } from './below';
import type { Mount } from './mounts';

export interface Seen {
  readonly mounts: readonly Mount[];
  /** null: not one folder of the box. */
  readonly rootfs: string | null;
}

/** null: it is on nothing that the box has a path for. */
export function onBox({ mounts, rootfs }: Seen, path: string): string | null {
  // What is mounted last lies on top.
  const covering = mounts.findLast(({ target }) => target !== null && below(target, path) !== null);
  if (covering !== undefined) return covering.bind ? joined(covering.source, below(covering.target ?? '/', path) ?? '') : null;
  return rootfs === null ? null : joined(rootfs, path.slice(1));
}

/** `{locker}` in place of its name, where the name stands by itself. */
export function templateOf(path: string, name: string): string {
  return path
    .split('/')
    .map((part) => (part === name ? '{locker}' : part))
    .join('/');
}
