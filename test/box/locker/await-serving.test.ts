import { awaitServing } from '../../../box/locker/await-serving';
import type { InitProcess, Seen } from '../../../box/lxc/lxc';
import { LockerName } from '../../../domain/model/ids';
import { aBox } from '../support/fake-lxc';
import type { FakeBox } from '../support/fake-lxc';

const ADA = LockerName.parse('ada');
const NEITHER: Seen = { state: 'other', init: null, evidence: ['process 7: /hooks/prepare'] };

let box: FakeBox;
beforeEach(() => {
  box = aBox(['ada']);
});
afterEach(() => box.remove());

/** LXC is still at something for the first so many looks. */
function neitherFor(looks: number): void {
  const { lxc } = box;
  let left = looks;
  Object.assign(box, { lxc: { ...lxc, see: async (name: LockerName) => (left-- > 0 ? NEITHER : lxc.see(name)) } });
}

test('a locker that is neither up nor down is waited for, not called a crash', async () => {
  neitherFor(2);
  expect(await awaitServing(box, ADA, Date.now() + 20_000)).toMatchObject({ kind: 'serving' });
});

test('one that stays so is told by what LXC is at', async () => {
  neitherFor(Number.POSITIVE_INFINITY);
  const served = await awaitServing(box, ADA, Date.now() + 150);
  expect(served).toMatchObject({ kind: 'not-serving', reason: 'start-failed' });
  expect(JSON.stringify(served)).toContain('/hooks/prepare');
});

test('one that is down has crashed', async () => {
  await box.lxc.kill(ADA, box.lxc.locker(ADA).init as InitProcess);
  expect(await awaitServing(box, ADA, Date.now() + 20_000)).toMatchObject({ kind: 'not-serving', reason: 'crashed' });
});
