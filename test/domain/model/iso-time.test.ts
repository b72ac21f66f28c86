import * as fc from 'fast-check';
import { isoTime } from '../../../domain/model/iso-time';

test('says what Date says, to the minute', () => {
  fc.assert(
    fc.property(fc.date({ min: new Date('1970-01-01'), max: new Date('2399-12-31'), noInvalidDate: true }), (date) => {
      expect(isoTime(date.getTime())).toBe(`${date.toISOString().slice(0, 16)}Z`);
    }),
    { numRuns: 2_000 },
  );
});
