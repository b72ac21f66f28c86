/** The box's lease for as long as the work takes, as scripts have it: no rollout begins meanwhile. With the end a line in the history. */
import { Fault } from '../../domain/faults';
import type { LockerName } from '../../domain/model/ids';
import type { SeenLocker } from '../../domain/model/inventory';
import { PRODUCT_DEFAULTS } from '../../domain/model/merge-policy';
import { makeToken } from '../../domain/model/token';
import { openLockerd } from '../client/call-lockerd';
import { connectBox } from '../client/connect-box';
import type { Here } from '../client/connect-box';
import { localUser } from '../scripts/arguments';

export interface Alone {
  readonly lockers: readonly SeenLocker[];
  /** `local:<user>`. */
  readonly by: string;
}

/** Faults: HeldBy, ChangesFrozen. */
export async function holdAlone(here: Here, name: string, work: (alone: Alone) => Promise<LockerName[]>): Promise<LockerName[]> {
  const { box } = here.config;
  const user = localUser();
  const lockerd = await openLockerd(await connectBox(here));
  try {
    const { holder, generation } = await lockerd.call('take-lease', { holder: `local:${user}`, by: user, force: false });
    const { lockers, freeze } = await lockerd.call('inspect', { target: null });
    if (freeze)
      throw new Fault('ChangesFrozen', `Changes on ${box} are frozen by ${freeze.by} since ${freeze.since}: ${freeze.reason}.`);
    const done = await work({ lockers, by: holder });
    // A lease may outlive a lockerd; a token must never come again.
    const token = makeToken({ rollout: `${holder}:${Date.now().toString(36)}`, box, step: 'settle' });
    const rest = { summary: summaryOf(name, user, done), keepReleases: PRODUCT_DEFAULTS.keepReleases };
    await lockerd.call('settle', rest, { change: { token, holder, generation } });
    await lockerd.call('release-lease', { holder, generation });
    return done;
  } finally {
    lockerd.close();
  }
}

const summaryOf = (name: string, by: string, done: readonly LockerName[]) => ({
  state: `${name}: done`,
  release: null,
  counts: { lockers: done.length },
  by,
});
