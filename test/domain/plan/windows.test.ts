import * as fc from 'fast-check';
import { isoTime } from '../../../domain/model/civil-time';
import { DAYS } from '../../../domain/model/window';
import type { Window } from '../../../domain/model/window';
import { openingsFrom } from '../../../domain/plan/windows';

const said = (window: Window, now: string, count = 2) =>
  openingsFrom([window], Date.parse(now))
    .slice(0, count)
    .map(({ opens, closes }) => `${isoTime(opens)} – ${isoTime(closes)}`);
const night = { from: '22:00', to: '05:00', zone: 'Europe/Berlin' };

test('a window over midnight, in winter and in summer', () => {
  expect(said(night, '2026-11-21T12:00:00Z')).toEqual([
    '2026-11-21T21:00Z – 2026-11-22T04:00Z',
    '2026-11-22T21:00Z – 2026-11-23T04:00Z',
  ]);
  expect(said(night, '2026-07-01T12:00:00Z', 1)).toEqual(['2026-07-01T20:00Z – 2026-07-02T03:00Z']);
});

test('one that began yesterday is still open', () => {
  expect(said(night, '2026-11-21T03:59:00Z', 1)).toEqual(['2026-11-20T21:00Z – 2026-11-21T04:00Z']);
  expect(said(night, '2026-11-21T04:00:00Z', 1)).toEqual(['2026-11-21T21:00Z – 2026-11-22T04:00Z']);
});

test('days are those of its own zone', () => {
  const monday = { ...night, days: ['mon' as const], zone: 'Pacific/Auckland' };
  // 2026-11-22 is a Sunday; in Auckland it is Monday from 11:00 UTC on.
  expect(said(monday, '2026-11-20T00:00:00Z', 1)).toEqual(['2026-11-23T09:00Z – 2026-11-23T16:00Z']);
});

test('the night in which the clocks go forward: an hour less, and a time that does not exist is the jump', () => {
  // 2027-03-28 02:00 CET is 03:00 CEST, which is 01:00 UTC.
  expect(said({ ...night, from: '01:30', to: '04:00' }, '2027-03-27T12:00:00Z', 1)).toEqual([
    '2027-03-28T00:30Z – 2027-03-28T02:00Z',
  ]);
  expect(said({ ...night, from: '02:30', to: '04:00' }, '2027-03-27T12:00:00Z', 1)).toEqual([
    '2027-03-28T01:00Z – 2027-03-28T02:00Z',
  ]);
  expect(said({ ...night, from: '01:00', to: '02:30' }, '2027-03-27T12:00:00Z', 1)).toEqual([
    '2027-03-28T00:00Z – 2027-03-28T01:00Z',
  ]);
  // All of it lies in the hour that does not exist.
  expect(said({ ...night, from: '02:10', to: '02:50' }, '2027-03-27T12:00:00Z', 1)).toEqual([
    '2027-03-29T00:10Z – 2027-03-29T00:50Z',
  ]);
});

test('the night in which the clocks go back: of a time that comes twice the first counts', () => {
  // 2026-10-25 03:00 CEST is 02:00 CET, which is 01:00 UTC: 02:30 is at 00:30 and at 01:30 UTC.
  expect(said({ ...night, from: '02:30', to: '05:00' }, '2026-10-24T12:00:00Z', 1)).toEqual([
    '2026-10-25T00:30Z – 2026-10-25T04:00Z',
  ]);
  expect(said({ ...night, from: '01:00', to: '02:30' }, '2026-10-24T12:00:00Z', 1)).toEqual([
    '2026-10-24T23:00Z – 2026-10-25T00:30Z',
  ]);
});

const text = ({ hour, minute }: { hour: number; minute: number }) =>
  `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;

test('every opening begins at its time on the wall, on one of its days', () => {
  const zones = fc.constantFrom(
    'Europe/Berlin',
    'America/New_York',
    'Asia/Kolkata',
    'Australia/Lord_Howe',
    'Pacific/Apia',
    'UTC',
  );
  const times = fc.record({ hour: fc.integer({ min: 4, max: 23 }), minute: fc.integer({ min: 0, max: 59 }) });
  const moment = fc.integer({ min: Date.UTC(2024, 0), max: Date.UTC(2030, 0) });
  fc.assert(
    fc.property(zones, times, times, fc.subarray([...DAYS], { minLength: 1 }), moment, (zone, from, to, days, now) => {
      fc.pre(text(from) !== text(to));
      const wall = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit', weekday: 'short' });
      for (const { opens, closes } of openingsFrom([{ zone, from: text(from), to: text(to), days }], now).slice(0, 5)) {
        const [day = '', time] = wall.format(opens).split(/[ ,]+/);
        expect([time, days.includes(day.toLowerCase().slice(0, 3) as 'mon')]).toEqual([text(from), true]);
        expect(closes).toBeGreaterThan(Math.max(now, opens));
        expect(closes - opens).toBeLessThanOrEqual(25 * 3_600_000);
      }
    }),
    { numRuns: 120 },
  );
});
