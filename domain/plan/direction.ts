/**
 * Where a release would take a locker: up, or down to something older than what it runs. Code and
 * config go as a pair, so the pair goes down when one of the two does. Pure. Going down is refused
 * unless a person says so; a roll-back is no plan, and asks nobody here.
 */
import { FAULTS } from '../faults';
import type { SeenLocker } from '../model/inventory';
import type { Lineage } from '../model/lineage';
import type { BoxName } from '../model/ids';
import type { Plan, PlannedLocker, PlanRefusal } from '../model/plan';
import type { Release } from '../model/release';
import { namesText } from './names-text';

/** What a person forces, which a plan refuses or leaves alone otherwise. */
export interface Force {
  /** Lockers that run the release already are brought to it once more. */
  readonly same: boolean;
  readonly down: boolean;
}
export const NO_FORCE: Force = { same: false, down: false };

/** In which way it is older, as words; null: it is not. */
export function downBy(lineage: Lineage | null): string | null {
  if (lineage === null) return null;
  const { code, config, superseded } = lineage;
  const older = [...(code === 'behind' ? ['code'] : []), ...(config === 'behind' ? ['config'] : [])];
  if (older.length > 0) return `older ${older.join(' and ')}`;
  return superseded && code !== 'ahead' && config !== 'ahead' ? 'superseded since' : null;
}

/** Which repositories have nothing in common with what it runs; null: none. */
export function strangeTo(lineage: Lineage | null): 'code' | 'config' | 'code and config' | null {
  const [code, config] = [lineage?.code === 'unrelated', lineage?.config === 'unrelated'];
  if (code && config) return 'code and config';
  return code ? 'code' : config ? 'config' : null;
}

export interface GoingDown {
  readonly seen: SeenLocker;
  readonly how: string;
}

/** One refusal for all of them: it is one mistake. */
export function refuseDown(box: BoxName, release: Release, down: readonly GoingDown[]): PlanRefusal[] {
  const [first] = down;
  if (first === undefined) return [];
  const groups = new Map<string, number>();
  for (const { seen, how } of down) {
    const words = `from ${seen.current?.release.label ?? 'nothing'} (${how})`;
    groups.set(words, (groups.get(words) ?? 0) + 1);
  }
  const many = `${down.length} ${down.length === 1 ? 'locker' : 'lockers'}`;
  const origins = [...groups].map(([words, count]) => `${count} ${words}`).join(', ');
  const names = namesText(down.map(({ seen }) => seen.name));
  const sentence = `Release ${release.label} would be a downgrade of ${many} of box ${box}: ${origins}; ${names}.`;
  return [{ code: 'Downgrade', locker: down.length === 1 ? first.seen.name : null, sentence, cure: FAULTS.Downgrade.cure }];
}

/** What the confirmation, the page of the plan and the record say. */
export function forcedLines({ lockers, release }: Pick<Plan, 'lockers' | 'release'>): string[] {
  const same = lockers.filter(({ forced }) => forced === 'same');
  const again = same.length === 0 ? [] : [`${counted(same)} forced anew to the release that they run: ${namesOf(same)}`];
  return [...downGroups(lockers).map(([from, group]) => `${downText(group, from, release)}: ${namesOf(group)}`), ...again];
}

/** The question before the start. */
export function startQuestion({ box, lockers, release }: Plan): string {
  const groups = downGroups(lockers);
  if (groups.length === 0) return `Start it on ${box}?`;
  return `${groups.map(([from, group]) => downText(group, from, release)).join(', ')}. Start it on ${box}?`;
}

function downGroups(lockers: readonly PlannedLocker[]): [string, PlannedLocker[]][] {
  const groups = new Map<string, PlannedLocker[]>();
  for (const locker of lockers.filter(({ forced }) => forced === 'down')) {
    const from = locker.from?.label ?? 'nothing';
    groups.set(from, [...(groups.get(from) ?? []), locker]);
  }
  return [...groups];
}

const counted = ({ length }: readonly unknown[]): string => `${length} ${length === 1 ? 'locker' : 'lockers'}`;
const namesOf = (lockers: readonly PlannedLocker[]): string => namesText(lockers.map(({ name }) => name));
const downText = (group: readonly PlannedLocker[], from: string, { label }: Release): string =>
  `${counted(group)} forced down from ${from} to ${label}`;
