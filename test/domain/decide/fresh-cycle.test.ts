import * as fc from 'fast-check';
import { freshCycle } from '../../../domain/decide/fresh-cycle';
import { BoxName, LockerName, Token } from '../../../domain/model/ids';
import { makeToken } from '../../../domain/model/token';

const anyTime = fc.integer({ min: 0, max: 4_000_000_000_000 });
const [box, locker] = [BoxName.parse('lxc12'), LockerName.parse('l01')];

test('a fresh cycle fits into a token and is far above what is counted one by one', () => {
  fc.assert(
    fc.property(anyTime, fc.integer({ min: 0, max: 99_000 }), (now, counted) => {
      const cycle = freshCycle(now) + counted;
      expect(cycle).toBeGreaterThanOrEqual(1_000);
      expect(Token.safeParse(makeToken({ rollout: 'r', box, locker, cycle, step: 'update' })).success).toBe(true);
    }),
  );
});

test('two resets a second or more apart, and not ten days, have each their own', () => {
  fc.assert(
    fc.property(anyTime, fc.integer({ min: 1, max: 10 * 86_400 }), (now, later) => {
      expect(freshCycle(now + later * 1_000)).not.toBe(freshCycle(now));
    }),
  );
});
