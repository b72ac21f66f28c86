/** What the box could not ask says nothing of the locker. */
import { isLocal, neighbourOverflows, watchOverflows } from '../../../box/inspect/local-trouble';
import { probeAt } from '../../../box/inspect/probe';
import { awaitServing } from '../../../box/locker/await-serving';
import { listens } from '../../../box/locker/listens';
import { proveUp } from '../../../box/verbs/verify';
import type { LockerName } from '../../../domain/model/ids';
import { aBox } from '../support/fake-lxc';
import type { FakeBox } from '../support/fake-lxc';
import { aService } from '../support/locker-service';
import type { LockerService } from '../support/locker-service';

const ada = 'ada' as LockerName;
/** Linux refuses to dial it, and sends nothing: ENETUNREACH. */
const NOWHERE = '255.255.255.255';

let box: FakeBox;
let service: LockerService;
beforeEach(async () => {
  box = aBox(['ada']);
  service = await aService(box);
});
afterEach(() => {
  service.close();
  box.remove();
});
const unroutable = () => Object.assign(box.lxc, { addresses: async () => [NOWHERE] });
const initOf = async () => (await box.lxc.see(ada)).init as NonNullable<Awaited<ReturnType<typeof box.lxc.see>>['init']>;

test.each([
  ['ENOBUFS', true],
  ['EAGAIN', true],
  ['EADDRNOTAVAIL', true],
  ['EMFILE', true],
  ['ENETUNREACH', true],
  // Nobody has that address: a locker without network, or one that is down.
  ['EHOSTUNREACH', false],
  ['ECONNREFUSED', false],
  ['ECONNRESET', false],
  ['ETIMEDOUT', false],
  [undefined, false],
])('%s is the box’s own trouble: %s', (code, local) => {
  expect(isLocal(code)).toBe(local);
});

test('the kernel’s count of a full neighbour table is read of every processor, in hexadecimal digits', () => {
  const head = 'entries  allocs   unresolved_discards table_fulls\n';
  const texts: Record<string, string> = {
    '/proc/net/stat/arp_cache': `${head}00000400 00000413 00000000 0000001f\n00000400 00000013 00000000 00000001\n`,
    '/proc/net/stat/ndisc_cache': `${head}00000000 00000000 00000000 00000002\n`,
  };
  expect(neighbourOverflows((file) => texts[file] ?? '')).toBe(34);
  expect(neighbourOverflows(() => '')).toBe(0);
});

test('a table that was full lately counts for all who got no answer then, and not for ever', () => {
  let [now, count] = [0, 7];
  const hasOverflowed = watchOverflows({ now: () => now, count: () => count });
  expect([hasOverflowed(), hasOverflowed()]).toEqual([false, false]);
  count = 8;
  expect([hasOverflowed(), hasOverflowed()]).toEqual([true, true]);
  now = 6_000;
  expect(hasOverflowed()).toBe(false);
});

test('a probe that the box can not send is no failure of the locker', async () => {
  unroutable();
  expect(await probeAt({ at: { address: NOWHERE, port: 8042 } }, '/ping', 200)).toMatchObject({ kind: 'none', local: true });
  expect(await listens({ address: NOWHERE, port: 8042, withinMs: 200 })).toMatchObject({ local: true });
  const until = Date.now() + 100;
  await expect(awaitServing(box, ada, until)).rejects.toMatchObject({ code: 'ProbeImpossible' });
  const proof = { locker: ada, init: await initOf(), goodProbes: 1, stableMs: 0, until: Date.now() + 100 };
  await expect(proveUp(box, () => {}, proof)).rejects.toMatchObject({
    code: 'ProbeImpossible',
    evidence: [expect.stringContaining('ENETUNREACH')],
  });
});
