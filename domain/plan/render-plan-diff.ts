/**
 * What changed between the plan that a person confirmed and the one of now, as sentences: exactly
 * what the digest covers, so two plans of one digest differ in none and others in at least one.
 */
import type { Plan, PlannedBatch, PlannedLocker } from '../model/plan';
import { byText } from './cut-batches';
import { canonical, releaseIdentity } from './digest-text';
import { namesText } from './names-text';

export function renderPlanDiff(confirmed: Plan, actual: Plan): string[] {
  return [
    ...changed('box', confirmed.box, actual.box),
    ...changed('service', confirmed.service, actual.service),
    ...releaseDiff(confirmed, actual),
    ...lockerDiff(confirmed, actual),
    ...changed('batches', sizes(confirmed.batches), sizes(actual.batches)),
    ...changed('approvals before batch', gates(confirmed.batches), gates(actual.batches)),
    ...changed('soak per batch', soaks(confirmed.batches), soaks(actual.batches)),
    ...keyDiff('policy', confirmed.policy, actual.policy),
    ...keyDiff('limit', confirmed.limits, actual.limits),
  ];
}

function releaseDiff({ release: was }: Plan, { release: is }: Plan): string[] {
  if (canonical(releaseIdentity(was)) === canonical(releaseIdentity(is))) return [];
  return [`to release: was ${was.label} (${was.id}), is ${is.label} (${is.id})`];
}

/** Lockers that changed alike are one sentence: 300 of them are still read. */
function lockerDiff(confirmed: Plan, actual: Plan): string[] {
  const before = new Map(confirmed.lockers.map((locker) => [locker.name, locker]));
  const after = new Map(actual.lockers.map((locker) => [locker.name, locker]));
  const groups = new Map<string, string[]>();
  for (const name of [...new Set([...before.keys(), ...after.keys()])].toSorted(byText)) {
    for (const words of oneLocker(before.get(name), after.get(name))) groups.set(words, [...(groups.get(words) ?? []), name]);
  }
  return [...groups].map(
    ([words, names]) => `${names.length === 1 ? 'locker' : `${names.length} lockers`} ${namesText(names)}: ${words}`,
  );
}

function oneLocker(was: PlannedLocker | undefined, is: PlannedLocker | undefined): string[] {
  if (was === undefined) return ['new on the box'];
  if (is === undefined) return ['no longer on the box'];
  const moved = was.from?.id !== is.from?.id;
  const rendered = !moved && was.from?.configDigest !== is.from?.configDigest;
  return [
    ...(moved ? [`was ${origin(was)}, is ${origin(is)}`] : []),
    ...(rendered ? ['its present config changed'] : []),
    ...(was.forced === is.forced ? [] : [FORCED[is.forced ?? 'not']]),
    ...(was.configDigest === is.configDigest ? [] : ['the config that it will get changed']),
  ];
}

const FORCED = { same: 'is forced to the release that it runs', down: 'is forced down', not: 'is forced no more' } as const;
const origin = ({ from }: PlannedLocker): string => (from ? `on ${from.label} (${from.id})` : 'never deployed');

function keyDiff(noun: string, was: object, is: object): string[] {
  const now: Record<string, unknown> = { ...is };
  return Object.entries(was).flatMap(([key, value]) => changed(`${noun} ${key}`, canonical(value), canonical(now[key])));
}

const sizes = (batches: readonly PlannedBatch[]): string => batches.map(({ lockers }) => lockers.length).join(', ') || 'none';
const soaks = (batches: readonly PlannedBatch[]): string => batches.map(({ soakMs }) => `${soakMs} ms`).join(', ') || 'none';
function gates(batches: readonly PlannedBatch[]): string {
  const numbers = batches.filter(({ gate }) => gate).map(({ number }) => number);
  return numbers.join(', ') || 'none';
}

function changed(what: string, was: string, is: string): string[] {
  return was === is ? [] : [`${what}: was ${was}, is ${is}`];
}
