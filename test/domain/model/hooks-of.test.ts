import { HooksInput } from '../../../domain/model/hook';
import { hooksOf } from '../../../domain/model/hooks-of';
import { aFleet } from '../../support/builders';

const http = (name: string) => ({ name, http: { url: `https://monitor.example.org/${name}` } });
const hooksWith = (fleet: unknown, service: unknown, box: unknown) => {
  const made = aFleet({
    names: ['lxc12'],
    ...(service ? { service: { hooks: service } } : {}),
    ...(box ? { box: { hooks: box } } : {}),
  });
  return hooksOf({ ...made, ...(fleet ? { hooks: HooksInput.parse(fleet) } : {}) }, 'lxc12');
};
const namesOf = ({ before, after }: ReturnType<typeof hooksOf>) => [
  before.map(({ name }) => name),
  after.map(({ name }) => name),
];

test.each([
  ['nobody writes any', null, null, null, [[], []]],
  ['the fleet’s count for every box', { before: [http('a')], after: [http('b')] }, null, null, [['a'], ['b']]],
  [
    'a service’s list stands for itself',
    { before: [http('a')], after: [http('b')] },
    { before: [http('c')] },
    null,
    [['c'], ['b']],
  ],
  ['a box’s list too', { before: [http('a')] }, { before: [http('c')] }, { before: [http('d'), http('e')] }, [['d', 'e'], []]],
  ['an empty list is none', { before: [http('a')] }, null, { before: [] }, [[], []]],
])('%s', (_, fleet, service, box, names) => {
  expect(namesOf(hooksWith(fleet, service, box))).toEqual(names);
});

test('what is not written has its default; one after the end holds nothing', () => {
  const { before, after } = hooksWith(
    { before: [http('a'), { name: 'b', exec: ['silence'], deadline: '5m', onFailure: 'ignore' }], after: [http('c')] },
    null,
    null,
  );
  expect(before).toEqual([
    { name: 'a', act: { kind: 'http', url: 'https://monitor.example.org/a' }, deadlineMs: 60_000, onFailure: 'hold' },
    { name: 'b', act: { kind: 'exec', argv: ['silence'] }, deadlineMs: 300_000, onFailure: 'ignore' },
  ]);
  expect(after).toMatchObject([{ name: 'c', onFailure: 'ignore' }]);
});

test.each([
  ['both http and exec', { before: [{ ...http('a'), exec: ['x'] }] }],
  ['neither', { before: [{ name: 'a' }] }],
  ['a name twice', { after: [http('a'), http('a')] }],
  ['a name that is none', { after: [http('A b')] }],
  ['onFailure after the end', { after: [{ ...http('a'), onFailure: 'hold' }] }],
  ['a deadline of days', { after: [{ ...http('a'), deadline: '48h' }] }],
  ['no web address', { after: [{ name: 'a', http: { url: 'ftp://x' } }] }],
])('%s is refused', (_, written) => {
  expect(HooksInput.safeParse(written).success).toBe(false);
});
