/** Where a locker has its code, its config and its data: as its service says, else where Lockstep's own have them. */
import type { ServiceConfig } from './service';

/** Paths in the locker. */
export interface Targets {
  readonly code: string;
  readonly config: string;
  readonly me: string;
}

export const TARGETS: Targets = { code: '/code', config: '/Config', me: '/Me' };

export function targetsOf(service: Pick<ServiceConfig, 'mounts'> | null): Targets {
  const mounts = service?.mounts;
  return mounts === undefined ? TARGETS : { code: mounts.code, config: mounts.config, me: mounts.data };
}

/** One within another would need a place to be mounted on in what is read only. */
export function nestedTargets(targets: readonly string[]): [string, string] | null {
  for (const outer of targets)
    for (const inner of targets) if (inner !== outer && `${inner}/`.startsWith(`${outer}/`)) return [outer, inner];
  return null;
}
