/** The seconds that an owner misses his locker are counted from its stop until it serves, whatever steps lie between. */
import { startDaemon } from '../../box/make-daemon';
import type { RunningDaemon } from '../../box/make-daemon';
import type { LockerName } from '../../domain/model/ids';
import { aHolder } from './support/a-client';
import type { Holder } from './support/a-client';
import { RELEASES, aBox } from './support/fake-lxc';
import type { FakeBox } from './support/fake-lxc';
import { aService } from './support/locker-service';
import type { LockerService } from './support/locker-service';

const ada = 'ada' as LockerName;
const lane = { maxStarting: 5, pressure: { cpuSomeAvg10: 100, memoryAvailable: 0, loadPerCore: 1000, holdAfterMs: 1_000 } };
const params = { locker: ada, stop: { timeoutMs: 2_000, onTimeout: 'kill' as const }, lane, startDeadlineMs: 300 };
const forward = { ...params, to: RELEASES[1] };
const MINUTE = 60_000;

let skew: number;
let box: FakeBox;
let service: LockerService;
let running: RunningDaemon;
let holder: Holder;
beforeEach(async () => {
  skew = 0;
  box = aBox(['ada']);
  service = await aService(box);
  running = await startDaemon({ ...box, bootId: 'boot-1', now: () => Date.now() + skew });
  holder = await aHolder(box);
});
afterEach(async () => {
  service.close();
  await running.close();
  box.remove();
});

interface Down {
  readonly kind: string;
  readonly downMs: number | null;
}
const ask = async (verb: 'update' | 'restore', what: object, cycle = 1): Promise<Down> =>
  (await holder.ask(verb, what as never, { cycle })) as Down;
const back = { ...params, toVersion: 1 };

test('of a release that did not serve and was taken back, over both steps', async () => {
  service.healthy = false;
  expect(await ask('update', forward)).toMatchObject({ kind: 'not-serving', downMs: null });
  skew += MINUTE;
  service.healthy = true;
  const { kind, downMs } = await ask('restore', back);
  expect(kind).toBe('serving');
  expect(downMs).toBeGreaterThanOrEqual(MINUTE);
});

test('once it serves, what comes after is counted for itself', async () => {
  service.healthy = false;
  await ask('update', forward);
  skew += MINUTE;
  service.healthy = true;
  await ask('restore', back);
  expect((await ask('restore', { ...params, toVersion: 2 }, 2)).downMs).toBeLessThan(MINUTE);
});

test('of one that served and was found to be the wrong one, each step for itself', async () => {
  expect(await ask('update', forward)).toMatchObject({ kind: 'serving' });
  skew += MINUTE;
  const { kind, downMs } = await ask('restore', back);
  expect(kind).toBe('serving');
  expect(downMs).toBeLessThan(MINUTE);
});

test('of one that crashed while it was proven, from then on', async () => {
  await ask('update', forward);
  Object.assign(box.lxc.locker('ada'), { state: 'stopped', init: null });
  const proof = { locker: ada, goodProbes: 1, stableMs: 0, deadlineMs: 1_000 };
  expect(await holder.ask('verify', proof)).toMatchObject({ kind: 'unhealthy', reason: 'crashed' });
  skew += MINUTE;
  const { downMs } = await ask('restore', back);
  expect(downMs).toBeGreaterThanOrEqual(MINUTE);
});
