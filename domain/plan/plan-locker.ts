/**
 * What the plan does with one locker, from what was seen of it. Health and debts decide the
 * baseline, never the action: a locker that falls sick between preview and start changes
 * no from, no to and no batch size, and so outdates nobody's confirmation.
 */
import { downBy, strangeTo } from './direction';
import type { Force } from './direction';
import type { SeenLocker } from '../model/inventory';
import type { Digest } from '../model/ids';
import type { PlannedLocker } from '../model/plan';
import type { Release } from '../model/release';

export function planLocker(seen: SeenLocker, release: Release, configDigest: Digest): PlannedLocker {
  const { current } = seen;
  return {
    name: seen.name,
    from: current && { ...current.release, version: current.version, configDigest: current.config.digest },
    configDigest,
    action: actionOf(seen, release, configDigest),
    ...(seen.goneConfig.length > 0 && { goneConfig: seen.goneConfig }),
    baseline: baselineOf(seen),
  };
}

/** What a person forces of it, on top of what it needs. One that was stopped on purpose stays as it is. */
export function forceLocker(seen: SeenLocker, planned: PlannedLocker, force: Force): PlannedLocker {
  if (planned.action === 'none') {
    return force.same && !stoppedOnPurpose(seen) ? { ...planned, action: 'update', forced: 'same' } : planned;
  }
  const strange = strangeTo(seen.lineage);
  const down = force.down && downBy(seen.lineage) !== null;
  return { ...planned, ...(down && { forced: 'down' as const }), ...(strange !== null && { strange }) };
}

/** It stays as it is, whatever that is. */
export function holdOut(seen: SeenLocker, why: string): PlannedLocker {
  const { name, current } = seen;
  const configDigest = current?.config.digest ?? seen.targetConfigDigest ?? NO_CONFIG;
  const from = current && { ...current.release, version: current.version, configDigest };
  return { name, from, configDigest, action: 'none', baseline: baselineOf(seen), heldOut: why };
}
const NO_CONFIG = '0'.repeat(64) as Digest;

function actionOf(seen: SeenLocker, release: Release, configDigest: Digest): PlannedLocker['action'] {
  const stays = stoppedOnPurpose(seen);
  if (linkedTo(seen, release, configDigest) && (stays || provenRunning(seen, release))) return 'none';
  return stays ? 'link' : 'update';
}

function linkedTo({ current }: SeenLocker, release: Release, configDigest: Digest): boolean {
  return current !== null && current.release.id === release.id && current.config.digest === configDigest;
}

/** The link says what the next start would run; only what the init has mounted says what runs. */
function provenRunning({ current, running }: SeenLocker, release: Release): boolean {
  return running !== null && running.version === current?.version && running.codeId === release.code.id;
}

/** A person's wish. A stop by a script (parked) or by a rollout (owed) is not one. */
export function stoppedOnPurpose({ state, wanted, owed, parked }: SeenLocker): boolean {
  return state === 'stopped' && wanted === 'down' && owed === null && parked === null;
}

/** Down by a rollout that is no more: by a move, or halted for a migration. What a script parked is the script's. */
export function isOwed({ owed, parked }: SeenLocker): boolean {
  return owed !== null || (parked !== null && !parked.by.startsWith('local:'));
}

/** An owed locker served until a rollout took it down: it is no excuse for this one. */
function baselineOf(seen: SeenLocker): PlannedLocker['baseline'] {
  if (stoppedOnPurpose(seen)) return 'stopped';
  return seen.healthy || isOwed(seen) ? 'serving' : 'failing';
}
