/**
 * Between epoch milliseconds and the proleptic Gregorian calendar, by arithmetic: the pure part knows
 * no Date, so that no clock comes in by that door. (Howard Hinnant's days-from-civil.)
 */
export interface Civil {
  readonly year: number;
  /** 1–12 */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Days from 0000-03-01 to 1970-01-01. */
const TO_EPOCH = 719_468;
const DAYS_OF_ERA = 146_097;

export function civilOf(epochMs: number): Civil {
  const days = Math.floor(epochMs / DAY_MS) + TO_EPOCH;
  const era = Math.floor(days / DAYS_OF_ERA);
  const of = days - era * DAYS_OF_ERA;
  const year = Math.floor((of - Math.floor(of / 1_460) + Math.floor(of / 36_524) - Math.floor(of / 146_096)) / 365);
  const ofYear = of - (365 * year + Math.floor(year / 4) - Math.floor(year / 100));
  // Counted from March on.
  const march = Math.floor((5 * ofYear + 2) / 153);
  const month = march < 10 ? march + 3 : march - 9;
  const day = ofYear - Math.floor((153 * march + 2) / 5) + 1;
  const minutes = Math.floor((epochMs - Math.floor(epochMs / DAY_MS) * DAY_MS) / MINUTE_MS);
  return { year: year + era * 400 + (month <= 2 ? 1 : 0), month, day, hour: Math.floor(minutes / 60), minute: minutes % 60 };
}

/** Days and hours may be out of range: the 32nd is the 1st of the next month. */
export function epochOf({ year, month, day, hour, minute }: Civil): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const ofEra = y - era * 400;
  const ofYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const days = era * DAYS_OF_ERA + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear - TO_EPOCH;
  return days * DAY_MS + hour * 60 * MINUTE_MS + minute * MINUTE_MS;
}

/** 0 is Sunday. */
export const weekdayOf = (epochMs: number): number => (((Math.floor(epochMs / DAY_MS) + 4) % 7) + 7) % 7;

/** Of `2026-11-21T06:30:15.123Z` or `2026-11-21`; seconds are left out. NaN for anything else. */
export function epochOfIso(text: string): number {
  const found = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::[\d.]+)?Z)?$/.exec(text);
  if (!found) return Number.NaN;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = found.slice(1).map((part) => Number(part ?? 0));
  return epochOf({ year, month, day, hour, minute });
}

/** `2026-11-21T06:30Z`. */
export function isoTime(epochMs: number): string {
  const { year, month, day, hour, minute } = civilOf(epochMs);
  return `${padded(year, 4)}-${padded(month)}-${padded(day)}T${padded(hour)}:${padded(minute)}Z`;
}

const padded = (value: number, width = 2): string => String(value).padStart(width, '0');
