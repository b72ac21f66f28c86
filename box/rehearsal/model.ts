/** What a throwaway locker is made like. */
import type { LockerName } from '../../domain/model/ids';
import type { Targets } from '../../domain/model/targets';

export type Setting = readonly [key: string, value: string];

export interface Model {
  /** The locker that it was read of; null: the template. */
  readonly of: LockerName | null;
  /** In order, with what the config includes, but for what comes with LXC itself. */
  readonly settings: readonly Setting[];
  /** What its root file system is a copy of; null: an empty one. */
  readonly rootfs: string | null;
  /** A folder whose user, group and mode its /Me gets. */
  readonly me: string | null;
  readonly meIsCopied: boolean;
  /** Its `current` and its data, as its mounts name them. */
  readonly current: string;
  readonly data: string;
  readonly targets: Targets;
}
