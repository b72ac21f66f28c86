/** What lockerd does of its own accord, on a daemon whose lockers and clock are in the test's hand. */
import { recordOf } from '../../../box/journal/state';
import { startDaemon } from '../../../box/make-daemon';
import type { RunningDaemon } from '../../../box/make-daemon';
import { currentVersion } from '../../../box/release/versions';
import { makeUpkeep } from '../../../box/upkeep/upkeep';
import type { Upkeep } from '../../../box/upkeep/upkeep';
import { Token } from '../../../domain/model/ids';
import type { LockerName } from '../../../domain/model/ids';
import { aHolder } from '../support/a-client';
import type { Holder } from '../support/a-client';
import { RELEASES, aBox } from '../support/fake-lxc';
import type { FakeBox } from '../support/fake-lxc';
import { aService } from '../support/locker-service';
import type { LockerService } from '../support/locker-service';

const ada = 'ada' as LockerName;
const lane = { maxStarting: 5, pressure: { cpuSomeAvg10: 100, memoryAvailable: 0, loadPerCore: 1000, holdAfterMs: 1_000 } };
const params = { locker: ada, stop: { timeoutMs: 2_000, onTimeout: 'kill' as const }, lane, startDeadlineMs: 1_000 };
const forward = { ...params, to: RELEASES[1] };
const drain = { locker: ada, timeoutMs: 500, onTimeout: 'skip' as const };
const MINUTE = 60_000;

let skew = 0;
let bootId = 'boot-1';
let box: FakeBox;
let service: LockerService;
let running: RunningDaemon;
let upkeep: Upkeep;
let holder: Holder;

async function up(): Promise<void> {
  running = await startDaemon({ ...box, bootId, now: () => Date.now() + skew });
  upkeep = await makeUpkeep(running.daemon);
  holder = await aHolder(box);
}
beforeEach(async () => {
  skew = 0;
  bootId = 'boot-1';
  box = aBox(['ada', 'ben']);
  service = await aService(box);
  await up();
});
afterEach(async () => {
  service.close();
  await running.close();
  box.remove();
});
const record = (name: LockerName = ada) => recordOf(running.daemon.journal.state(), name);
const locker = () => box.lxc.locker('ada');
const dies = () => Object.assign(locker(), { state: 'stopped', init: null });

test('a locker whose update failed and whose rollout died comes up on the version it came from, after a minute', async () => {
  locker().onStart = 'fails';
  expect(await holder.ask('update', forward)).toMatchObject({ kind: 'not-serving' });
  await upkeep.round();
  expect(record().owed).not.toBeNull();
  expect(locker().state).toBe('stopped');
  skew += MINUTE + 1_000;
  const trouble = { starts: locker().starts };
  locker().onStart = 'runs';
  service.build = '1-g000000000000';
  await upkeep.round();
  expect(record()).toMatchObject({ owed: null, wanted: 'up' });
  expect(locker()).toMatchObject({ state: 'running', starts: trouble.starts + 1 });
});

test('a heartbeat that names its token keeps the dead-man away', async () => {
  locker().onStart = 'fails';
  await holder.ask('update', forward);
  skew += 50_000;
  await holder.lockerd.call('heartbeat', { tokens: [Token.parse('r1/lxc12/ada/1/update')] });
  skew += 50_000;
  locker().onStart = 'runs';
  await upkeep.round();
  expect(locker().state).toBe('stopped');
});

test('an update that was never verified is paid where it serves, and that counts as no later change', async () => {
  await holder.ask('update', forward);
  skew += 2 * MINUTE;
  await upkeep.round();
  expect(record().owed).toBeNull();
  expect(locker()).toMatchObject({ signals: ['TERM'], starts: 1 });
  // The fake shows no mounts, so this looks like another version; but lockerd's own start is no change.
  expect(await holder.ask('update', forward)).toMatchObject({ evidence: ['ada runs version unknown now'] });
});

test('a drained locker whose rollout went silent is opened, and the update that comes later drains it again', async () => {
  expect(await holder.ask('drain', drain)).toMatchObject({ kind: 'idle' });
  await upkeep.round();
  expect(service.told).toEqual(['/quiesce']);
  skew += 2 * MINUTE;
  await upkeep.round();
  expect(service.told).toEqual(['/quiesce', '/resume']);
  expect(record().quiesced).toBeNull();
  expect(await holder.ask('update', forward)).toMatchObject({ kind: 'serving', toVersion: 2 });
  expect(service.told).toEqual(['/quiesce', '/resume', '/quiesce']);
});

test('one that is busy again when the late update comes is not stopped', async () => {
  await holder.ask('drain', drain);
  skew += 2 * MINUTE;
  await upkeep.round();
  service.idle = false;
  expect(await holder.ask('update', forward)).toMatchObject({ kind: 'not-idle' });
  expect(locker()).toMatchObject({ signals: [], starts: 0 });
  expect(service.told).toEqual(['/quiesce', '/resume', '/quiesce', '/resume']);
  expect(record().owed).toBeNull();
});

test('after a boot every locker that is wanted up is started, and none that was stopped on purpose or parked', async () => {
  await upkeep.round();
  await holder.ask('stop', { locker: 'ben', stop: params.stop, drain: null, onPurpose: true });
  await running.close();
  for (const name of ['ada', 'ben']) Object.assign(box.lxc.locker(name), { state: 'stopped', init: null });
  bootId = 'boot-2';
  await up();
  await upkeep.round();
  expect(locker()).toMatchObject({ state: 'running', starts: 1 });
  expect(box.lxc.locker('ben')).toMatchObject({ state: 'stopped', starts: 0 });
  expect(record().crashes).toEqual([]);
});

test('a crashed locker is restarted on its release, later and later, and three times is a loop', async () => {
  await upkeep.round();
  for (let crash = 1; crash <= 3; crash++) {
    dies();
    await upkeep.round();
    expect(record().crashes).toHaveLength(crash);
    await upkeep.round();
    expect(locker().state).toBe('stopped');
    skew += 1_000 * 2 ** (crash - 1);
    await upkeep.round();
    expect(locker()).toMatchObject({ state: 'running', starts: crash });
  }
  expect(await currentVersion(box, ada)).toBe(1);
  expect(box.lines.some((line) => line.includes('crash loop'))).toBe(true);
});

test('a locker that was told to stop and still runs is waited for', async () => {
  locker().stopsAfterMs = Number.POSITIVE_INFINITY;
  const hold = { ...forward, stop: { timeoutMs: 60, onTimeout: 'hold' as const } };
  expect(await holder.ask('update', hold)).toMatchObject({ kind: 'stop-timed-out' });
  skew += 2 * MINUTE;
  await upkeep.round();
  expect(record()).toMatchObject({ crashes: [], owed: { token: 'r1/lxc12/ada/1/update' } });
  dies();
  await upkeep.round();
  expect(record().owed).toBeNull();
  expect(await currentVersion(box, ada)).toBe(1);
  expect(locker()).toMatchObject({ signals: ['TERM'], starts: 1 });
});
