/** A starter may ask for more gates than the fleet file, never for fewer, where the file says who approves. */
import { keepGates } from '../../../domain/model/keep-gates';
import type { PolicyInput } from '../../../domain/model/policy';
import { policyOf } from '../../../domain/model/policy-of';
import { aFleet, aPolicy } from '../../support/builders';

type Written = Parameters<typeof aPolicy>[0];

test.each<[string, Written, PolicyInput, RegExp | null]>([
  ['anything where anybody may approve', { gates: 'every' }, { gates: 'none', batches: ['rest'] }, null],
  ['anything where the file asks nobody', { gates: 'none', fourEyes: true }, { batches: ['rest'] }, null],
  ['no gate under four eyes', { fourEyes: true }, { gates: 'none' }, /^--gate would take away a gate \(canary\)/],
  ['another gate than the canary’s', { approvers: ['ann'] }, { gates: [2] }, /--gate/],
  ['only the canary’s instead of each', { gates: 'every', identity: 'proven' }, { gates: 'canary' }, /\(every\)/],
  ['fewer of a list', { gates: [1, 3], fourEyes: true }, { gates: [3] }, /after batch 1, 3/],
  ['the same', { gates: [1, 3], fourEyes: true }, { gates: [3, 1] }, null],
  ['the canary’s by its number', { fourEyes: true }, { gates: [1, 2] }, null],
  ['each', { gates: [1], fourEyes: true }, { gates: 'every' }, null],
  ['batches that have no gate between them', { gates: 'every', fourEyes: true }, { batches: ['rest'] }, /^--batches would/],
  ['the batches of the file', { batches: [1, 5, 'rest'], fourEyes: true }, { batches: [1, 5, 'rest'] }, null],
  ['other limits', { fourEyes: true }, { maxDown: 7 }, null],
])('%s', (_what, written, flags, refused) => {
  const keep = () => keepGates(aPolicy(written), flags);
  if (refused === null) expect(keep).not.toThrow();
  else expect(keep).toThrow(refused);
});

test('a plan is refused that way, with the identity that the whole fleet requires too', () => {
  const fleet = { ...aFleet({ names: ['lxc12'] }), identity: { required: true, keys: {} } };
  expect(() => policyOf(fleet, 'lxc12', { gates: 'none' })).toThrow(expect.objectContaining({ code: 'PolicyInvalid' }) as Error);
  expect(policyOf(fleet, 'lxc12', { gates: 'every' })).toMatchObject({ gates: 'every', identity: 'proven' });
});
