/**
 * A linter for finished plans, after omicron's blippy: it knows nothing of how a plan is made and
 * says everything that is wrong with it. Run on every plan before anybody sees it; what it finds
 * is a bug of ours, and the plan is not carried out.
 */
import type { Inventory } from '../model/inventory';
import type { Plan, PlannedLocker } from '../model/plan';
import { irreversibleOf } from '../model/point-of-no-return';
import { batchRule } from './plan-migrations';
import { isOwed } from './plan-locker';
import { batchSizes, byText, hasGate } from './cut-batches';

type Check = (plan: Plan, inventory: Inventory) => readonly string[];

const CHECKS: readonly Check[] = [
  everyLockerPlanned,
  everyLockerInOneBatch,
  numbersAndSizes,
  gatesAndSoaks,
  canariesServe,
  limitsHold,
  actionsFit,
];

/** Violations as sentences; empty for a sound plan. */
export function reviewPlan(plan: Plan, inventory: Inventory): string[] {
  return CHECKS.flatMap((check) => check(plan, inventory));
}

function everyLockerPlanned({ lockers, box }: Plan, inventory: Inventory): string[] {
  const planned = lockers.map(({ name }) => name);
  const seen = inventory.lockers.map(({ name }) => name).toSorted(byText);
  return [
    ...unless(box === inventory.box, `the plan is for ${box}, the inventory of ${inventory.box}`),
    ...unless(sameText(planned, seen), `planned are [${planned.join(' ')}], seen [${seen.join(' ')}]`),
    ...unless(new Set(planned).size === planned.length, 'a locker is planned twice'),
  ];
}

function everyLockerInOneBatch({ lockers, batches }: Plan): string[] {
  const placed = batches.flatMap((batch) => batch.lockers);
  const times = (name: string) => placed.filter((other) => other === name).length;
  const known = new Set<string>(lockers.map(({ name }) => name));
  return [
    ...lockers.flatMap(({ name, action }) => {
      const due = action === 'none' ? 0 : 1;
      return unless(times(name) === due, `${name} (${action}) is in ${times(name)} batches instead of ${due}`);
    }),
    ...placed.flatMap((name) => unless(known.has(name), `batch locker ${name} is not planned`)),
  ];
}

function numbersAndSizes({ batches, lockers, policy, migrations = [] }: Plan): string[] {
  const changing = lockers.filter(({ action }) => action !== 'none').length;
  const sizes = batches.map((batch) => batch.lockers.length);
  const due = batchSizes(batchRule(policy, migrations).batches, changing);
  return [
    ...unless(sameText(sizes, due), `batch sizes are [${sizes.join(' ')}] instead of [${due.join(' ')}]`),
    ...batches.flatMap(({ number }, index) => unless(number === index + 1, `batch ${index + 1} is numbered ${number}`)),
  ];
}

function gatesAndSoaks({ batches, policy, migrations = [] }: Plan): string[] {
  const point = irreversibleOf({ migrations }).length > 0;
  return batches.flatMap(({ number, gate, soakMs }) => {
    const due = number === 1 ? point : hasGate(policy.gates, number);
    const soak = number === 1 ? policy.soak.canaryMs : policy.soak.batchMs;
    return [
      ...unless(gate === due, `batch ${number} has ${gate ? 'a' : 'no'} gate`),
      ...unless(soakMs === soak, `batch ${number} soaks ${soakMs} ms instead of ${soak}`),
    ];
  });
}

/** A canary that does not serve says nothing, so it may be one only where no serving locker is left over. */
function canariesServe({ batches, lockers }: Plan, inventory: Inventory): string[] {
  const healthy = new Set(inventory.lockers.filter((seen) => seen.healthy && seen.owed === null).map(({ name }) => name));
  const good = ({ name, action }: PlannedLocker) => action === 'update' && healthy.has(name);
  const canary = new Set(batches[0]?.lockers);
  const poor = lockers.filter((locker) => canary.has(locker.name) && !good(locker));
  const better = lockers.filter((locker) => !canary.has(locker.name) && good(locker));
  return unless(poor.length === 0 || better.length === 0, `canary ${poor[0]?.name} does not serve, ${better[0]?.name} does`);
}

function limitsHold({ limits, lockers, notServing }: Plan): string[] {
  const failing = lockers.filter(({ baseline }) => baseline === 'failing').length;
  return [
    ...(['maxDown', 'maxUnproven', 'maxStarting'] as const).flatMap((key) =>
      unless(Number.isInteger(limits[key]) && limits[key] >= 1, `${key} is ${limits[key]}`),
    ),
    ...(['canaryFailures', 'totalFailures'] as const).flatMap((key) =>
      unless(Number.isInteger(limits[key]) && limits[key] >= 0, `${key} is ${limits[key]}`),
    ),
    ...unless(limits.maxDown <= lockers.length, `maxDown is ${limits.maxDown} of ${lockers.length} lockers`),
    ...unless(notServing === failing, `notServing is ${notServing}, ${failing} lockers are failing`),
  ];
}

function actionsFit({ lockers, owed, release }: Plan, inventory: Inventory): string[] {
  const debts = inventory.lockers.filter(isOwed).map(({ name }) => name);
  return [
    ...unless(sameText(owed, debts.toSorted(byText)), `owed are [${owed.join(' ')}] instead of [${debts.join(' ')}]`),
    ...lockers.flatMap(({ name, action, from, baseline, configDigest, heldOut, forced }) => [
      ...unless(forced === undefined || action !== 'none', `${name} is forced, and nothing is done with it`),
      ...unless(forced !== 'same' || from?.id === release.id, `${name} is forced anew, but comes from elsewhere`),
      ...unless(action !== 'link' || baseline === 'stopped', `${name} is linked, but ${baseline}`),
      ...unless(
        action !== 'none' || heldOut !== undefined || (from?.id === release.id && from.configDigest === configDigest),
        `${name} is not there`,
      ),
    ]),
  ];
}

const unless = (holds: boolean, sentence: string): string[] => (holds ? [] : [sentence]);
const sameText = (a: readonly (string | number)[], b: readonly (string | number)[]): boolean => a.join(' ') === b.join(' ');
