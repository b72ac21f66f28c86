import { changeOf } from '../../activities/change-of';
import { BoxName, LockerName } from '../../domain/model/ids';

const held = { box: BoxName.parse('lxc12'), rollout: 'r-1', generation: 3 };
const on = { locker: LockerName.parse('l01'), cycle: 2 };

test("the token is the rollout's, the box's, the locker's, the cycle's and the step's own", () => {
  expect(changeOf(held, 'update', on)).toEqual({ token: 'r-1/lxc12/l01/2/update', holder: 'r-1', generation: 3 });
  expect(changeOf(held, 'stage').token).toBe('r-1/lxc12/-/0/stage');
});

test('planned again after a reset, a request on the whole box is a new one', () => {
  expect(changeOf({ ...held, round: 5_000 }, 'stage').token).toBe('r-1/lxc12/-/5000/stage');
  expect(changeOf({ ...held, round: 5_000 }, 'update', on).token).toBe('r-1/lxc12/l01/2/update');
});
