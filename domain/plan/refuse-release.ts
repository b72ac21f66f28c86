/**
 * What the release itself asks of the lockers that get it (lockstep.json), and that they do not have:
 * config keys, and the code that they come from. One refusal for each thing to mend, with the lockers.
 */
import { FAULTS } from '../faults';
import type { BoxName, LockerName } from '../model/ids';
import type { Inventory, SeenLocker } from '../model/inventory';
import type { Plan, PlannedLocker, PlanRefusal } from '../model/plan';
import type { Release } from '../model/release';
import { namesText } from './names-text';

interface Facts {
  readonly box: BoxName;
  readonly release: Release;
  readonly inventory: Inventory;
}

/** Lockers that the plan leaves as they are get nothing, so nothing is asked of them. */
export function refuseRelease(facts: Facts, planned: readonly PlannedLocker[]): PlanRefusal[] {
  const touched = new Set(planned.flatMap(({ name, action }) => (action === 'none' ? [] : [name])));
  const lockers = facts.inventory.lockers.filter(({ name }) => touched.has(name));
  return [...refuseConfig(facts, lockers), ...refuseCode(facts, lockers)];
}

function refuseConfig({ box, release, inventory }: Facts, lockers: readonly SeenLocker[]): PlanRefusal[] {
  return (inventory.manifest?.config?.required ?? []).flatMap((key) => {
    const lacking = lockers.filter(({ missingConfig }) => missingConfig.includes(key));
    if (lacking.length === 0) return [];
    const sentence = `Release ${release.label} requires the key ${key} in config.json, and it is not there for ${countText(lacking)} on box ${box}: ${namesOf(lacking)}.`;
    return [{ code: 'ConfigIncomplete', locker: onlyOf(lacking), sentence, cure: FAULTS.ConfigIncomplete.cure }];
  });
}

function refuseCode({ box, release, inventory }: Facts, lockers: readonly SeenLocker[]): PlanRefusal[] {
  const from = inventory.manifest?.requires?.from;
  const labels = [...new Set(lockers.flatMap(({ tooOld, current }) => (tooOld && current ? [current.release.label] : [])))];
  return labels.map((label) => {
    const old = lockers.filter(({ tooOld, current }) => tooOld && current?.release.label === label);
    const sentence = `Release ${release.label} can only follow code that contains ${from}, and ${label} does not: ${countText(old)} on box ${box} would come from it: ${namesOf(old)}.`;
    return { code: 'ReleaseIncompatible', locker: onlyOf(old), sentence, cure: FAULTS.ReleaseIncompatible.cure };
  });
}

const namesOf = (lockers: readonly SeenLocker[]): string => namesText(lockers.map(({ name }) => name));
const countText = ({ length }: readonly unknown[]): string => (length === 1 ? '1 locker' : `${length} lockers`);
const onlyOf = ([first, ...more]: readonly SeenLocker[]): LockerName | null => (more.length === 0 ? (first?.name ?? null) : null);

/** What of it stands in the plan for people; nothing where the release asks nothing. */
export function asksOf({ manifest }: Inventory): Pick<Plan, 'asks'> {
  if (manifest === null) return {};
  const { requires, config, check } = manifest;
  const asks = {
    ...(requires?.from !== undefined && { from: requires.from }),
    ...(config !== undefined && config.required.length > 0 && { config: config.required }),
    ...(check !== undefined && { check }),
  };
  return Object.keys(asks).length === 0 ? {} : { asks };
}
