/** `parked` says that a script will bring a locker up: it must not outlive that. */
import { recordOf } from '../../box/journal/state';
import { startDaemon } from '../../box/make-daemon';
import type { RunningDaemon } from '../../box/make-daemon';
import type { LockerName } from '../../domain/model/ids';
import { aHolder } from './support/a-client';
import { RELEASES, aBox } from './support/fake-lxc';
import type { FakeBox } from './support/fake-lxc';
import { aService } from './support/locker-service';
import type { LockerService } from './support/locker-service';

const ada = 'ada' as LockerName;
const pressure = { cpuSomeAvg10: 100, memoryAvailable: 0, loadPerCore: 1000, holdAfterMs: 1_000 };
const lane = { maxStarting: 5, pressure };

let box: FakeBox;
let service: LockerService;
let running: RunningDaemon;
beforeEach(async () => {
  box = aBox(['ada']);
  service = await aService(box);
  running = await startDaemon(box);
});
afterEach(async () => {
  service.close();
  await running.close();
  box.remove();
});

test('a locker that a script could not stop in time, and a rollout then moved, is looked after like every other', async () => {
  box.lxc.locker('ada').stopsAfterMs = 2_000;
  const holder = await aHolder(box);
  const late = { timeoutMs: 20, onTimeout: 'hold' as const };
  expect(await holder.ask('stop', { locker: ada, stop: late, drain: null })).toMatchObject({ kind: 'stop-timed-out' });
  expect(recordOf(running.daemon.journal.state(), ada).parked).not.toBeNull();
  const stop = { timeoutMs: 60_000, onTimeout: 'kill' as const };
  const moved = await holder.ask('update', { locker: ada, to: RELEASES[1], stop, lane, startDeadlineMs: 1_000 });
  expect(moved).toMatchObject({ kind: 'serving', toVersion: 2 });
  expect(recordOf(running.daemon.journal.state(), ada)).toMatchObject({ parked: null, wanted: 'up' });
  expect(box.lxc.locker('ada').signals).toEqual(['TERM']);
});
