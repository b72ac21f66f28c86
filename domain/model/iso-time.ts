/**
 * Epoch milliseconds as `2026-11-21T06:30Z`. By arithmetic (days from civil, proleptic Gregorian), since
 * the pure part knows no Date: a clock must not come in by that door.
 */
const DAY_MS = 86_400_000;
/** Days from 0000-03-01 to 1970-01-01. */
const TO_EPOCH = 719_468;
const DAYS_OF_ERA = 146_097;

export function isoTime(epochMs: number): string {
  const days = Math.floor(epochMs / DAY_MS) + TO_EPOCH;
  const era = Math.floor(days / DAYS_OF_ERA);
  const day = days - era * DAYS_OF_ERA;
  const year = Math.floor((day - Math.floor(day / 1_460) + Math.floor(day / 36_524) - Math.floor(day / 146_096)) / 365);
  const ofYear = day - (365 * year + Math.floor(year / 4) - Math.floor(year / 100));
  const march = Math.floor((5 * ofYear + 2) / 153);
  const month = march < 10 ? march + 3 : march - 9;
  const date = ofYear - Math.floor((153 * march + 2) / 5) + 1;
  const minutes = Math.floor((epochMs - Math.floor(epochMs / DAY_MS) * DAY_MS) / 60_000);
  const civil = year + era * 400 + (month <= 2 ? 1 : 0);
  return `${padded(civil, 4)}-${padded(month)}-${padded(date)}T${padded(Math.floor(minutes / 60))}:${padded(minutes % 60)}Z`;
}

const padded = (value: number, width = 2): string => String(value).padStart(width, '0');
