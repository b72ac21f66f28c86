import * as fc from 'fast-check';
import { civilOf, epochOf, isoTime, weekdayOf } from '../../../domain/model/civil-time';

const dates = fc.date({ min: new Date('1970-01-01'), max: new Date('2399-12-31'), noInvalidDate: true });

test('says what Date says, to the minute, and comes back', () => {
  fc.assert(
    fc.property(dates, (date) => {
      const ms = date.getTime();
      expect(isoTime(ms)).toBe(`${date.toISOString().slice(0, 16)}Z`);
      expect(weekdayOf(ms)).toBe(date.getUTCDay());
      expect(epochOf(civilOf(ms))).toBe(Math.floor(ms / 60_000) * 60_000);
    }),
    { numRuns: 2_000 },
  );
});

test('a day beyond its month is one of the next', () => {
  expect(isoTime(epochOf({ year: 2026, month: 2, day: 29, hour: 0, minute: 0 }))).toBe('2026-03-01T00:00Z');
});
