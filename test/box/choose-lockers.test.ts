import { chooseLockers } from '../../box/scripts/choose-lockers';
import { anInventory, lockerName } from '../support/builders';

const three = anInventory({ lockers: 3 });

test('no name means all of them', () => {
  expect(chooseLockers(three, [])).toHaveLength(3);
});

test('named ones are chosen, in the order of the box', () => {
  const [one, two] = [lockerName(1), lockerName(2)];
  expect(chooseLockers(three, [two, one]).map(({ name }) => name)).toEqual([one, two]);
});

test('a locker that is not there is an UnknownLocker, with those that are', () => {
  expect(() => chooseLockers(three, [lockerName(1), 'nobody'])).toThrow(
    expect.objectContaining({
      code: 'UnknownLocker',
      sentence: 'lxc12 has no locker "nobody".',
      evidence: ['lxc12 has locker-001, locker-002, locker-003'],
    }),
  );
});
