/**
 * The planner: what was seen and what is wanted in, an immutable plan out that leaves nothing
 * to choose. Preview and run call the same function. Pure: the hash is an argument, and the same
 * input in any order gives the same plan. Runs outside workflow code, so it may change freely.
 */
import type { BoxName, Digest, LockerName } from '../model/ids';
import type { PlannedHook, PlannedHooks } from '../model/hook';
import type { Inventory, SeenLocker } from '../model/inventory';
import { limitsFor } from '../model/limits-for';
import type { Plan, PlannedLocker, PlanRefusal } from '../model/plan';
import type { Policy } from '../model/policy';
import type { Release } from '../model/release';
import type { ServiceConfig } from '../model/service';
import { byText, cutBatches } from './cut-batches';
import type { Durations } from './cut-batches';
import {
  batchRule,
  gateFirst,
  haltAll,
  migratingLimits,
  planMigrations,
  refuseHeldOut,
  refuseMigrations,
} from './plan-migrations';
import { digestText } from './digest-text';
import { expectTime } from './expect-time';
import { downBy, NO_FORCE, refuseDown } from './direction';
import type { Force, GoingDown } from './direction';
import { forceLocker, holdOut, isOwed, planLocker } from './plan-locker';
import { rehearsalOf, refuseRehearsal } from './rehearsal';
import { asksOf, refuseRelease } from './refuse-release';
import { refuseBox, refuseDisk, refuseLocker, refuseUnknown } from './refuse';
import { planChecks } from './plan-checks';
import { openingsFrom } from './windows';
import { epochOfIso } from '../model/civil-time';

export interface PlanFacts {
  readonly box: BoxName;
  readonly service: ServiceConfig;
  readonly policy: Policy;
  readonly inventory: Inventory;
  readonly release: Release;
  readonly changes: Plan['changes'];
  readonly durations?: Durations;
  /** By locker: why a person leaves it out. */
  readonly heldOut?: ReadonlyMap<string, string>;
  /** Of this box; absent: none. */
  readonly hooks?: PlannedHooks;
  /** What a person forces; absent: nothing. */
  readonly force?: Force;
}
export type PlanResult =
  | { readonly kind: 'plan'; readonly plan: Plan }
  | { readonly kind: 'refused'; readonly refusals: readonly PlanRefusal[] };

/** `hash`: 64 hex digits of any text (sha-256). */
export function makePlan(facts: PlanFacts, hash: (text: string) => string): PlanResult {
  const seen = facts.inventory.lockers.toSorted((a, b) => byText(a.name, b.name));
  const { force = NO_FORCE } = facts;
  const lockers: PlannedLocker[] = [];
  const down: GoingDown[] = [];
  const refusals = [...refuseBox(facts), ...refuseUnknown(facts.box, seen, facts.heldOut)];
  refusals.push(...refuseMigrations(facts.inventory));
  for (const locker of seen) {
    const why = facts.heldOut?.get(locker.name);
    const planned = why === undefined ? planSeen(locker, facts.release, force) : holdOut(locker, why);
    if (planned) lockers.push(planned);
    const how = planned === null || planned.action === 'none' ? null : downBy(locker.lineage);
    if (how !== null && !force.down) down.push({ seen: locker, how });
    refusals.push(...refuseLocker(facts.box, locker, planned?.action ?? null));
  }
  refusals.push(...refuseDown(facts.box, facts.release, down));
  if (lockers.some(({ action }) => action !== 'none')) refusals.push(...refuseDisk(facts.box, facts.inventory));
  refusals.push(...refuseRelease(facts, lockers), ...refuseHeldOut(facts.box, lockers, planMigrations(facts.inventory, lockers)));
  if (lockers.some(({ action }) => action !== 'none')) refusals.push(...refuseRehearsal(facts));
  if (refusals.length > 0) return { kind: 'refused', refusals };
  return { kind: 'plan', plan: assemble(facts, seen, lockers, hash) };
}

function planSeen(seen: SeenLocker, release: Release, force: Force): PlannedLocker | null {
  const digest = seen.targetConfigDigest;
  return digest && forceLocker(seen, planLocker(seen, release, digest), force);
}

function assemble(facts: PlanFacts, seen: SeenLocker[], due: PlannedLocker[], hash: (text: string) => string): Plan {
  const { box, service, policy, release, durations } = facts;
  const changes = due.some(({ action }) => action !== 'none');
  const migrations = changes ? planMigrations(facts.inventory, due) : [];
  const lockers = haltAll(due, migrations);
  const changing = lockers.filter(({ action }) => action !== 'none');
  const batches = cutBatches(changing, healthyOf(seen), batchRule(policy, migrations), durations);
  const core = {
    format: 1 as const,
    box,
    service: service.name,
    hasDrain: service.drain !== null,
    ...(service.stage && { stage: service.stage }),
    release,
    policy,
    limits: migratingLimits(limitsFor(policy, lockers.length), migrations, policy),
    lockers,
    batches: gateFirst(batches, migrations),
    ...(migrations.length > 0 && { migrations }),
    notServing: lockers.filter(({ baseline }) => baseline === 'failing').length,
    ...planChecks(service.checks, lockers),
  };
  const tries = changing.length > 0 ? { rehearsal: rehearsalOf(policy, facts.inventory) } : {};
  const windows = openingsFrom(policy.windows ?? [], epochOfIso(facts.inventory.at));
  return {
    ...core,
    ...((policy.windows ?? []).length > 0 && { windows }),
    owed: seen.filter(isOwed).map(({ name }) => name),
    ...(changing.length > 0 && namedHooks(facts.hooks)),
    ...asksOf(facts.inventory),
    ...tries,
    changes: facts.changes,
    expected: expectTime({ ...core, ...tries }, service, durations),
    madeFrom: facts.inventory.at,
    digest: hash(digestText(core)) as Digest,
  };
}

const named = ({ name, deadlineMs, onFailure }: PlannedHook): PlannedHook => ({ name, deadlineMs, onFailure });

/** Names only: whom they tell, and with what, is the fleet file's. */
function namedHooks(hooks: PlannedHooks | undefined): Pick<Plan, 'hooks'> {
  if (!hooks || hooks.before.length + hooks.after.length === 0) return {};
  return { hooks: { before: hooks.before.map(named), after: hooks.after.map(named) } };
}

function healthyOf(seen: readonly SeenLocker[]): Set<LockerName> {
  return new Set(seen.filter(({ healthy, owed }) => healthy && owed === null).map(({ name }) => name));
}
