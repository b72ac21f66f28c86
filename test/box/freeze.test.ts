/** Break-glass: a person on the box beats whoever holds it, and never keeps a locker down. */
import { recordOf } from '../../box/journal/state';
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
const open = { cpuSomeAvg10: 100, memoryAvailable: 0, loadPerCore: 1000, holdAfterMs: 5_000 };
const lane = { maxStarting: 5, pressure: open };
const params = { locker: ada, stop: { timeoutMs: 2_000, onTimeout: 'kill' as const }, lane, startDeadlineMs: 1_000 };
const forward = { ...params, to: RELEASES[1] };
const freeze = { by: 'local:jane', reason: 'disk is being replaced' };

let box: FakeBox;
let service: LockerService;
let running: RunningDaemon;
let holder: Holder;
beforeEach(async () => {
  box = aBox(['ada']);
  service = await aService(box);
  running = await startDaemon(box);
  holder = await aHolder(box);
});
afterEach(async () => {
  service.close();
  await running.close();
  box.remove();
});
const locker = () => box.lxc.locker('ada');

test('frozen, nothing is drained, stopped or switched, and the refusal says who, since when and why', async () => {
  await holder.lockerd.call('freeze-changes', freeze);
  const refused = {
    code: 'ChangesFrozen',
    sentence: expect.stringMatching(/local:jane since .*: disk is being replaced/) as string,
  };
  await expect(holder.ask('update', forward)).rejects.toMatchObject(refused);
  await expect(holder.ask('drain', { locker: ada, timeoutMs: 500, onTimeout: 'skip' })).rejects.toMatchObject(refused);
  await expect(holder.ask('stop', { locker: ada, stop: params.stop, drain: null })).rejects.toMatchObject(refused);
  expect(locker()).toMatchObject({ signals: [], state: 'running' });
  expect((await holder.lockerd.call('inspect', { target: null })).freeze).toMatchObject(freeze);
});

test('thawed, the same request is done', async () => {
  await holder.lockerd.call('freeze-changes', freeze);
  await holder.ask('update', forward).catch(() => {});
  expect(await holder.lockerd.call('thaw-changes', { by: 'local:joe' })).toMatchObject({ thawed: freeze });
  expect(await holder.ask('update', forward)).toMatchObject({ kind: 'serving' });
});

test('one that waits in the start lane when it is frozen is not stopped any more', async () => {
  const closed = { ...forward, lane: { maxStarting: 5, pressure: { ...open, memoryAvailable: 100.1 } } };
  const waits = holder.ask('update', closed);
  await new Promise((resolve) => setTimeout(resolve, 50));
  await holder.lockerd.call('freeze-changes', freeze);
  await expect(waits).rejects.toMatchObject({ code: 'ChangesFrozen' });
  expect(locker().signals).toEqual([]);
});

test('what was begun comes to its end, and an outage is ended, whatever is frozen', async () => {
  locker().stopsAfterMs = 500;
  locker().onStart = 'crashes';
  const update = holder.ask('update', forward);
  while (locker().signals.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  await holder.lockerd.call('freeze-changes', freeze);
  expect(await update).toMatchObject({ kind: 'not-serving' });
  locker().onStart = 'runs';
  expect(await holder.ask('restore', { ...params, toVersion: 1 })).toMatchObject({ kind: 'serving', toVersion: 1 });
});

test('whoever froze may still act, others are refused, and it outlives lockerd', async () => {
  await holder.lockerd.call('freeze-changes', freeze);
  await running.close();
  running = await startDaemon(box);
  const joe = await aHolder(box, 'local:joe', true);
  await expect(joe.ask('stop', { locker: ada, stop: params.stop, drain: null })).rejects.toMatchObject({ code: 'ChangesFrozen' });
  const jane = await aHolder(box, 'local:jane', true);
  expect(await jane.ask('stop', { locker: ada, stop: params.stop, drain: null, onPurpose: true })).toMatchObject({
    kind: 'stopped',
  });
  expect(recordOf(running.daemon.journal.state(), ada).wanted).toBe('down');
});
