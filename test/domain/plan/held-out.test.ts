import { heldOutOf } from '../../../domain/plan/held-out';
import type { Fleet } from '../../../domain/model/fleet';
import { aFleet } from '../../support/builders';

const holdOut = (until?: string) => ({ values: {}, holdOut: { reason: 'on holiday', ...(until && { until }) } });

test('those of the fleet file until their day is over, and those of this rollout', () => {
  const fleet = aFleet({ names: ['lxc12'] });
  const lockers = { ann: holdOut(), bob: holdOut('2026-11-20'), cleo: holdOut('2026-11-19') };
  const boxes = Object.fromEntries(
    Object.entries(fleet.boxes).map(([name, box]) => [name, { ...box, lockers }]),
  ) as Fleet['boxes'];
  const held = heldOutOf({ ...fleet, boxes }, 'lxc12', { except: ['dora'], at: '2026-11-20T23:59:00.000Z' });
  expect([...held]).toEqual([
    ['ann', 'on holiday'],
    ['bob', 'on holiday (until 2026-11-20)'],
    ['dora', 'left out of this rollout'],
  ]);
});
