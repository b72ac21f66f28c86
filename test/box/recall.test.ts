/** Finished tokens that are asked for again after the world changed under their results, and a box that booted. */
import { rmSync } from 'node:fs';
import { recordOf } from '../../box/journal/state';
import { AGAIN } from '../../box/jobs/jobs';
import { startDaemon } from '../../box/make-daemon';
import type { RunningDaemon } from '../../box/make-daemon';
import { recallStage } from '../../box/verbs/recall-goal';
import type { LockerName } from '../../domain/model/ids';
import { aHolder } from './support/a-client';
import type { Holder } from './support/a-client';
import { RELEASES, aBox } from './support/fake-lxc';
import type { FakeBox } from './support/fake-lxc';
import { aService } from './support/locker-service';
import type { LockerService } from './support/locker-service';

const ada = 'ada' as LockerName;
const pressure = { cpuSomeAvg10: 100, memoryAvailable: 0, loadPerCore: 1000, holdAfterMs: 1_000 };
const lane = { maxStarting: 5, pressure };
const forward = {
  locker: ada,
  stop: { timeoutMs: 2_000, onTimeout: 'kill' as const },
  lane,
  startDeadlineMs: 1_000,
  to: RELEASES[1],
};
const proof = { locker: ada, goodProbes: 1, stableMs: 0, deadlineMs: 3_000 };

let box: FakeBox;
let service: LockerService;
let running: RunningDaemon;
let holder: Holder;
async function up(): Promise<void> {
  running = await startDaemon(box);
  holder = await aHolder(box);
}
beforeEach(async () => {
  box = aBox(['ada']);
  service = await aService(box);
  await up();
});
afterEach(async () => {
  service.close();
  await running.close();
  box.remove();
});
const goesDown = () => Object.assign(box.lxc.locker('ada'), { state: 'stopped', init: null });

test('a start that is asked for again after its locker went down tells of the crash, not of the old success', async () => {
  goesDown();
  const params = { locker: ada, lane, startDeadlineMs: 1_000 };
  expect(await holder.ask('start', params)).toMatchObject({ kind: 'serving' });
  expect(await holder.ask('start', params)).toMatchObject({ kind: 'serving' });
  expect(box.lxc.locker('ada').starts).toBe(1);
  goesDown();
  expect(await holder.ask('start', params)).toMatchObject({ kind: 'not-serving' });
  expect(box.lxc.locker('ada').starts).toBe(1);
});

test('a verify that is asked for again after its locker crashed tells of the crash', async () => {
  await holder.ask('update', forward);
  const first = await holder.ask('verify', proof);
  // Nothing is mounted in a fake locker, so that a proof can't come to a good end here; it is the look that counts.
  expect(first).toMatchObject({ kind: 'unhealthy', reason: 'wrong-mount' });
  goesDown();
  expect(await holder.ask('verify', proof, { cycle: 2 })).toMatchObject({ kind: 'unhealthy', reason: 'crashed' });
  expect(box.lxc.locker('ada').starts).toBe(1);
});

test('a locker that went down with its whole box is started again by the verify, and is no crash of its release', async () => {
  await holder.ask('update', forward);
  await running.close();
  goesDown();
  Object.assign(box, { bootId: 'boot-2' });
  await up();
  expect(await holder.ask('verify', proof)).not.toMatchObject({ reason: 'crashed' });
  expect(box.lxc.locker('ada').starts).toBe(2);
  goesDown();
  // In this boot it was started already.
  expect(await holder.ask('verify', proof, { cycle: 2 })).toMatchObject({ reason: 'crashed' });
  expect(recordOf(running.daemon.journal.state(), ada).owed).toMatchObject({ to: 2 });
});

test('a locker that a person has stopped since is not started by a verify, whatever the box did', async () => {
  await holder.ask('update', forward);
  await running.close();
  goesDown();
  Object.assign(box, { bootId: 'boot-2' });
  await up();
  await holder.ask('stop', { locker: ada, stop: forward.stop, drain: null, onPurpose: true });
  expect(await holder.ask('verify', proof)).toMatchObject({ reason: 'crashed' });
  expect(box.lxc.locker('ada').starts).toBe(1);
});

test('a stage whose versions were taken for garbage since is staged again', async () => {
  const staged = { built: true, versions: [{ locker: ada, version: 2, configDigest: 'd'.repeat(12) as never }] };
  const finished = {} as Parameters<typeof recallStage>[1];
  expect(recallStage(running.daemon, finished, staged)).toBe(staged);
  rmSync(box.paths.version(ada, 2), { recursive: true });
  expect(recallStage(running.daemon, finished, staged)).toBe(AGAIN);
});
