import type { LockerName } from '../../domain/model/ids';
import type { LifeWatch } from '../locker/watch-life';
import type { InitProcess } from '../lxc/lxc';

/** What upkeep has seen of the lockers; lives as long as the process. */
export interface Memory {
  readonly wasUp: Map<LockerName, boolean>;
  /** Of those that run: whether it still lives is a cheaper question than how it is. */
  readonly inits: Map<LockerName, InitProcess>;
  readonly lookAt: Map<LockerName, number>;
  readonly lookedAt: Map<LockerName, number>;
  /** Duties that run: a round does not wait for those of the one before. */
  readonly under: Set<LockerName>;
  /** Of those whose application can die under its init: what was seen of it in this life of the init. */
  readonly life: Map<LockerName, { readonly init: InitProcess; readonly watch: LifeWatch; told: boolean }>;
  readonly sameBoot: boolean;
  jobs: number;
}
