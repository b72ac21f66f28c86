/**
 * Windows as moments: made while planning, so that the workflow compares numbers and needs no time
 * zones. Pure. Where the clocks jump, a time that does not exist is the moment of the jump, and of a time
 * that comes twice the first counts, for the end of a window too.
 */
import { DAYS } from '../model/window';
import type { Window } from '../model/window';
import { epochOf, weekdayOf } from '../model/civil-time';
import type { Civil } from '../model/civil-time';

/** Epoch milliseconds. */
export interface Opening {
  readonly opens: number;
  readonly closes: number;
}

/** No rollout takes longer. */
const DAYS_AHEAD = 60;
const DAY_MS = 86_400_000;

/** Sorted; of those that are not over yet. */
export function openingsFrom(windows: readonly Window[], now: number): Opening[] {
  const all = windows.flatMap((window) => openingsOf(window, now));
  return all.filter(({ closes }) => closes > now).toSorted((a, b) => a.opens - b.opens || a.closes - b.closes);
}

function openingsOf({ days, from, to, zone }: Window, now: number): Opening[] {
  const today = localOf(now, zone);
  const found: Opening[] = [];
  // From yesterday on: its window may still be open.
  for (let ahead = -1; ahead <= DAYS_AHEAD; ahead++) {
    const midnight = epochOf({ ...today, day: today.day + ahead, hour: 0, minute: 0 });
    const day = DAYS[weekdayOf(midnight)];
    if (days && (day === undefined || !days.includes(day))) continue;
    const opens = momentOf(midnight + msOf(from), zone);
    const closes = momentOf(midnight + msOf(to) + (to <= from ? DAY_MS : 0), zone);
    // A window that lies within the hour that is jumped over.
    if (closes > opens) found.push({ opens, closes });
  }
  return found;
}

function msOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return (hours * 60 + minutes) * 60_000;
}

/** `local`: the time on the wall, as if it were UTC. */
function momentOf(local: number, zone: string): number {
  const before = local - offsetOf(local - DAY_MS, zone);
  const after = local - offsetOf(local + DAY_MS, zone);
  const [first, second] = before < after ? [before, after] : [after, before];
  if (wall(first, zone) === local) return first;
  if (wall(second, zone) === local) return second;
  return jumpBetween(first, second, zone);
}

/** The clocks go forward in between: the first moment with the later offset. */
function jumpBetween(first: number, second: number, zone: string): number {
  const later = offsetOf(second, zone);
  let [low, high] = [first - DAY_MS / 24, second];
  while (high - low > 60_000) {
    const middle = low + Math.floor((high - low) / 120_000) * 60_000;
    if (offsetOf(middle, zone) === later) high = middle;
    else low = middle;
  }
  return high;
}

const wall = (moment: number, zone: string): number => moment + offsetOf(moment, zone);
const offsetOf = (moment: number, zone: string): number => epochOf(localOf(moment, zone)) - Math.floor(moment / 60_000) * 60_000;

function localOf(moment: number, zone: string): Civil {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(moment)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const of = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  return { year: of('year'), month: of('month'), day: of('day'), hour: of('hour'), minute: of('minute') };
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Making one costs more than using it. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const parts = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const;
  const made = new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', calendar: 'gregory', ...parts });
  formats.set(timeZone, made);
  return made;
}
