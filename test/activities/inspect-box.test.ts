import type { BoxLook } from '../../activities/contract';
import { makeInspectBox } from '../../activities/inspect-box';
import { BoxName } from '../../domain/model/ids';
import { anActivityEnvironment } from '../support/activity-environment';
import { aFleet, anInventory, anOwed } from '../support/builders';
import { aFakeBox } from '../support/fake-box';

const box = BoxName.parse('lxc12');
const lease = { holder: 'r-1', generation: 3, by: 'joe', since: '2026-11-20T09:00:00.000Z' };

test('who holds the box, what is owed, and by which rules that would be brought up; nothing is changed', async () => {
  const seen = { ...anInventory({ lockers: 3, each: { 'locker-002': { owed: anOwed() } } }), lease };
  const fake = aFakeBox({ inspect: () => seen });
  const fleet = { read: () => Promise.resolve(aFleet({ names: ['lxc12'] })) };
  const inspectBox = makeInspectBox({ box: fake, fleet });
  const look = await anActivityEnvironment().run<[], BoxLook, () => Promise<BoxLook>>(() => inspectBox({ box }));
  expect(look).toMatchObject({ lease, owed: ['locker-002'], lane: { maxStarting: 5 } });
  expect(look.startDeadlineMs).toBeGreaterThan(0);
  expect(fake.calls.map(({ verb, options }) => [verb, options.change])).toEqual([['inspect', undefined]]);
});
