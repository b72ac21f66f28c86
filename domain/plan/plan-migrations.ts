/**
 * Which migrations of the target's manifest a plan runs: those that the box does not know as done in
 * their scope. Pure. Invariants: none of an undecided one is planned; a box with an irreversible one
 * ahead has a gate before anything begins; one that needs all halted takes all lockers in one batch.
 */
import { FAULTS } from '../faults';
import type { FaultCode } from '../faults';
import type { Inventory } from '../model/inventory';
import { WHOLE_BOX } from '../model/migration';
import { irreversibleOf } from '../model/point-of-no-return';
import type { SeenMigration } from '../model/migration';
import type { PlannedBatch, PlannedLocker, PlannedMigration, PlanRefusal } from '../model/plan';
import type { Limits, Policy } from '../model/policy';
import { timeoutMsOf } from '../model/release-manifest';
import type { Migration } from '../model/release-manifest';

type Seen = Pick<Inventory, 'migrations' | 'manifest' | 'box'>;

/** Which goes with which; what is not here has no meaning. */
const FITTING: Readonly<Record<Migration['when'], Migration['scope']>> = {
  'before-first': 'box',
  'per-locker': 'locker',
  'all-halted': 'box',
};

export function planMigrations({ manifest, migrations }: Seen, lockers: readonly PlannedLocker[]): PlannedMigration[] {
  const isDone = (id: string, scope: string) =>
    migrations.some((seen) => seen.id === id && seen.scope === scope && seen.state === 'done');
  const changing = lockers.filter(({ action }) => action !== 'none').map(({ name }) => name);
  return (manifest?.migrations ?? []).flatMap((migration) => {
    const { id, when, reversible } = migration;
    const planned = { id, when, reversible, timeoutMs: timeoutMsOf(migration) };
    if (migration.scope === 'box') return isDone(id, WHOLE_BOX) ? [] : [planned];
    const open = changing.filter((name) => !isDone(id, name));
    return open.length === 0 ? [] : [{ ...planned, lockers: open }];
  });
}

export const needsBarrier = (migrations: readonly PlannedMigration[]): boolean =>
  migrations.some(({ when }) => when === 'all-halted');

/** Everybody is halted for it, so everybody goes together. */
export function batchRule(policy: Policy, migrations: readonly PlannedMigration[]): Policy {
  return needsBarrier(migrations) ? { ...policy, batches: ['rest'] } : policy;
}

/** One that is on the release already runs all the same, and the data are everybody's: it is halted with the others. */
export function haltAll(lockers: readonly PlannedLocker[], migrations: readonly PlannedMigration[]): readonly PlannedLocker[] {
  if (!needsBarrier(migrations)) return lockers;
  return lockers.map((locker) => {
    if (locker.action !== 'none' || locker.heldOut !== undefined) return locker;
    return { ...locker, action: locker.baseline === 'stopped' ? 'link' : 'update' };
  });
}

/** Whoever is left out would run on while the data of all change. */
export function refuseHeldOut(
  box: Inventory['box'],
  lockers: readonly PlannedLocker[],
  migrations: readonly PlannedMigration[],
): PlanRefusal[] {
  const out = lockers.filter(({ heldOut, baseline }) => heldOut !== undefined && baseline !== 'stopped').map(({ name }) => name);
  if (out.length === 0 || !needsBarrier(migrations)) return [];
  const sentence = `On ${box} a migration needs all lockers halted, and ${out.join(', ')} is to be left out.`;
  return [{ ...refusal('PolicyInvalid', sentence), cure: 'Leave nobody out of this rollout, or stop it on purpose first.' }];
}

/** The approval of the point of no return is the one that lets batch 1 begin: whatever comes first comes after it. */
export function gateFirst(batches: readonly PlannedBatch[], migrations: readonly PlannedMigration[]): PlannedBatch[] {
  const gate = irreversibleOf({ migrations }).length > 0;
  return batches.map((batch) => (batch.number === 1 ? { ...batch, gate } : batch));
}

export function refuseMigrations(inventory: Seen): PlanRefusal[] {
  const { manifest, migrations, box } = inventory;
  return [...(manifest?.migrations ?? []).flatMap(refuseKind), ...migrations.flatMap((seen) => refuseSeen(box, seen))];
}

function refuseKind({ id, when, scope, reversible, undo }: Migration): PlanRefusal[] {
  if (FITTING[when] !== scope) {
    const sentence = `Migration ${id} of the release is ${when}, which is of scope ${FITTING[when]}, and says scope ${scope}.`;
    return [refusal('ManifestInvalid', sentence)];
  }
  // A locker that goes back must be able to read its data again.
  if (when !== 'per-locker' || !reversible || undo !== undefined) return [];
  return [refusal('ManifestInvalid', `Migration ${id} of the release is per-locker and reversible, and has no undo.`)];
}

/** Lockers that migrate work, though they do not serve: no more of them at once than the box may start. */
export function migratingLimits(limits: Limits, migrations: readonly PlannedMigration[], { maxStarting }: Policy): Limits {
  if (!migrations.some(({ when }) => when === 'per-locker')) return limits;
  const { maxDown, rollbackMaxDown = maxDown } = limits;
  return { ...limits, maxDown: Math.min(maxDown, maxStarting), rollbackMaxDown: Math.min(rollbackMaxDown, maxStarting) };
}

const OPEN: Readonly<Partial<Record<SeenMigration['state'], readonly [FaultCode, string]>>> = {
  begun: ['MigrationUnderWay', 'runs at this moment'],
  undoing: ['MigrationUnderWay', 'is being undone at this moment'],
  undecided: ['MigrationUndecided', 'was begun, and nobody knows whether it is done'],
};

function refuseSeen(box: Inventory['box'], { id, scope, state, when, inTarget }: SeenMigration): PlanRefusal[] {
  const where = scope === WHOLE_BOX ? `box ${box}` : `locker ${scope} of box ${box}`;
  const open = OPEN[state];
  if (open) return [refusal(open[0], `On ${where} migration ${id} ${open[1]}.`)];
  // The release before lives with it: it ran beside that one.
  if (state !== 'done' || inTarget || when === 'before-first') return [];
  return [refusal('ReleaseTooOld', `On ${where} migration ${id} is done, and lockstep.json of this release does not have it.`)];
}

function refusal(code: FaultCode, sentence: string): PlanRefusal {
  return { code, locker: null, sentence, cure: FAULTS[code].cure };
}
