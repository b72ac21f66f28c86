import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Daemon } from '../../box/daemon';
import { recordOf } from '../../box/journal/state';
import { startDaemon } from '../../box/make-daemon';
import type { RunningDaemon } from '../../box/make-daemon';
import { currentVersion } from '../../box/release/versions';
import type { LockerName, Token } from '../../domain/model/ids';
import { aHolder } from './support/a-client';
import type { Holder } from './support/a-client';
import { RELEASES, aBox } from './support/fake-lxc';
import type { FakeBox } from './support/fake-lxc';
import { aService } from './support/locker-service';
import type { LockerService } from './support/locker-service';

const ada = 'ada' as LockerName;
const lane = {
  maxStarting: 5,
  // The machine that runs the tests may be busy; the lane has a test of its own.
  pressure: { cpuSomeAvg10: 100, memoryAvailable: 0, loadPerCore: 1000, holdAfterMs: 1_000 },
};
const params = { locker: ada, stop: { timeoutMs: 2_000, onTimeout: 'kill' as const }, lane, startDeadlineMs: 1_000 };
const forward = { ...params, to: RELEASES[1] };

let box: FakeBox;
let service: LockerService;
let running: RunningDaemon;
let holder: Holder;
let daemon: Daemon;

async function up(): Promise<void> {
  running = await startDaemon(box);
  ({ daemon } = running);
  holder = await aHolder(box);
}
beforeEach(async () => {
  box = aBox(['ada', 'ben']);
  service = await aService(box);
  await up();
});
afterEach(async () => {
  service.close();
  await running.close();
  box.remove();
});
const record = () => recordOf(daemon.journal.state(), ada);
const locker = () => box.lxc.locker('ada');
const token = 'r1/lxc12/ada/1/update' as Token;
const until = async (what: () => boolean) => {
  for (let i = 0; i < 200 && !what(); i++) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(what()).toBe(true);
};

test('an update stops once, switches, starts, and leaves the locker owed until it is proven', async () => {
  const outcome = await holder.ask('update', forward);
  expect(outcome).toMatchObject({ kind: 'serving', killed: false, fromVersion: 1, toVersion: 2 });
  expect(locker()).toMatchObject({ signals: ['TERM'], starts: 1, state: 'running' });
  expect(await currentVersion(box, ada)).toBe(2);
  expect(record()).toMatchObject({ owed: { token, from: 1, to: 2 }, wanted: 'up' });
});

test('the same token attaches to the running stop and never signals again', async () => {
  locker().stopsAfterMs = 150;
  const other = await aHolder(box);
  const outcomes = await Promise.all([
    holder.ask('update', forward),
    holder.ask('update', forward),
    other.ask('update', forward),
  ]);
  expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome))).size).toBe(1);
  expect(locker()).toMatchObject({ signals: ['TERM'], starts: 1 });
});

test('a finished token gives its result while it holds, and is superseded by a later move', async () => {
  const first = await holder.ask('restore', { ...params, toVersion: 2 });
  expect(first.kind).toBe('serving');
  await holder.ask('stop', { locker: ada, stop: params.stop, drain: null }, { cycle: 2 });
  const again = await holder.ask('restore', { ...params, toVersion: 2 });
  expect(again).toMatchObject({ kind: 'superseded', evidence: ['r1/lxc12/ada/2/stop came after it'] });
  expect(locker().signals).toEqual(['TERM', 'TERM']);
});

test('one that ignores the halt signal is killed at the deadline, and the kill is recorded', async () => {
  locker().stopsAfterMs = Number.POSITIVE_INFINITY;
  const outcome = await holder.ask('update', { ...forward, stop: { timeoutMs: 60, onTimeout: 'kill' } });
  expect(outcome).toMatchObject({ kind: 'serving', killed: true });
  expect(locker().signals).toEqual(['TERM', 'KILL']);
  expect(
    daemon.journal
      .state()
      .jobs.get(token)
      ?.intents.map(({ intent }) => intent.kind),
  ).toContain('kill');
});

test('under hold it runs on; the next cycle waits for the same life and does not signal again', async () => {
  locker().stopsAfterMs = 250;
  const hold = { ...forward, stop: { timeoutMs: 60, onTimeout: 'hold' as const } };
  expect(await holder.ask('update', hold)).toMatchObject({ kind: 'stop-timed-out' });
  expect(record().owed).not.toBeNull();
  const again = await holder.ask('update', { ...hold, stop: { timeoutMs: 2_000, onTimeout: 'hold' } }, { cycle: 2 });
  expect(again).toMatchObject({ kind: 'serving', killed: false });
  expect(locker().signals).toEqual(['TERM']);
});

test('after the end of lockerd in the middle of a stop the job is taken up without a second signal', async () => {
  locker().stopsAfterMs = 300;
  const cut = holder.ask('update', forward).catch((error: Error) => error);
  await until(() => locker().signals.length === 1);
  await running.close();
  expect(await cut).toMatchObject({ code: 'LinkLost' });
  await up();
  expect(await holder.ask('update', forward)).toMatchObject({ kind: 'serving', fromVersion: 1, toVersion: 2 });
  expect(locker()).toMatchObject({ signals: ['TERM'], starts: 1 });
});

test('a job that nobody asks for again is still brought to its end by the next lockerd', async () => {
  locker().stopsAfterMs = 200;
  const cut = holder.ask('update', forward).catch((error: Error) => error);
  await until(() => locker().signals.length === 1);
  await running.close();
  await cut;
  running = await startDaemon(box);
  ({ daemon } = running);
  await until(() => daemon.journal.state().jobs.get(token)?.end?.kind === 'done');
  expect(locker()).toMatchObject({ signals: ['TERM'], starts: 1, state: 'running' });
});

test('one that crashes at its start is reported with what it printed, and stays owed', async () => {
  locker().onStart = 'crashes';
  mkdirSync(box.paths.bootLogs, { recursive: true });
  writeFileSync(box.paths.bootLog(ada), 'Error: no such module\n');
  const outcome = await holder.ask('update', forward);
  expect(outcome).toMatchObject({ kind: 'not-serving', reason: 'crashed' });
  expect(outcome).toMatchObject({ evidence: expect.arrayContaining(['Error: no such module']) as unknown });
  locker().onStart = 'runs';
  expect(await holder.ask('restore', { ...params, toVersion: 1 })).toMatchObject({ kind: 'serving', toVersion: 1 });
  expect(record().owed).toMatchObject({ from: 1, to: 1 });
});

test('one that never answers is no-answer with the last probe', async () => {
  service.healthy = false;
  const outcome = await holder.ask('update', { ...forward, startDeadlineMs: 200 });
  expect(outcome).toMatchObject({ kind: 'not-serving', reason: 'no-answer' });
  expect(JSON.stringify(outcome)).toContain('/ping: 503');
});

test('an owed locker whose new version does not serve comes up on the old one', async () => {
  locker().onStart = 'fails';
  await holder.ask('update', forward);
  service.healthy = false;
  locker().onStart = 'runs';
  const paid = holder.ask('start', { locker: ada, lane, startDeadlineMs: 300 }, { cycle: 2 });
  await until(() => locker().starts === 3);
  service.healthy = true;
  expect(await paid).toMatchObject({ kind: 'serving', version: 1 });
  expect(record().owed).toBeNull();
  expect(await currentVersion(box, ada)).toBe(1);
});

test('one that was stopped on purpose gets only its link moved', async () => {
  await holder.ask('stop', { locker: ada, stop: params.stop, drain: null, onPurpose: true });
  expect(record()).toMatchObject({ wanted: 'down', parked: null });
  expect(await holder.ask('update', forward)).toMatchObject({ kind: 'linked', fromVersion: 1, toVersion: 2, downMs: null });
  expect(locker()).toMatchObject({ state: 'stopped', starts: 0 });
  expect(await holder.ask('update', forward, { cycle: 2 })).toMatchObject({ kind: 'already' });
});

test('a parked one is started again, on what waited for its next start', async () => {
  expect(await holder.ask('link', { locker: ada, to: RELEASES[1] })).toEqual({ kind: 'next', version: 2 });
  await holder.ask('stop', { locker: ada, stop: params.stop, drain: { timeoutMs: 500 } });
  expect(record().parked).toMatchObject({ by: 'r1' });
  expect(service.told).toEqual(['/quiesce']);
  const started = await holder.ask('start', { locker: ada, lane, startDeadlineMs: 1_000 });
  expect(started).toMatchObject({ kind: 'serving', version: 2 });
  expect(record()).toMatchObject({ parked: null, next: null, wanted: 'up' });
});

test('a full lane stops nothing', async () => {
  const closed = { ...lane, pressure: { ...lane.pressure, memoryAvailable: 100, holdAfterMs: 50 } };
  expect(await holder.ask('update', { ...forward, lane: closed })).toMatchObject({ kind: 'no-start-slot' });
  expect(locker().signals).toEqual([]);
  expect(record().owed).toBeNull();
});

test.each([
  ['HaltSignalMissing', 'lxc.signal.halt = SIGTERM', ''],
  ['MeNotMounted', ' Me none', ' Elsewhere none'],
])('%s is a fault before anything is touched', async (code, from, to) => {
  const file = box.paths.lxcConfig(ada);
  writeFileSync(file, readFileSync(file, 'utf8').replace(from, to));
  await expect(holder.ask('update', forward)).rejects.toMatchObject({ code });
  expect(locker().signals).toEqual([]);
  expect(record().owed).toBeNull();
});

test('a drain waits for idle; one that never is gets its quiesce undone', async () => {
  expect(await holder.ask('drain', { locker: ada, timeoutMs: 500, onTimeout: 'skip' })).toMatchObject({ kind: 'idle' });
  expect(await holder.ask('undrain', { locker: ada })).toEqual({ undone: true });
  service.idle = false;
  const late = await holder.ask('drain', { locker: ada, timeoutMs: 100, onTimeout: 'skip' }, { cycle: 2 });
  expect(late).toMatchObject({ kind: 'timed-out', undone: true });
  const proceeded = await holder.ask('drain', { locker: ada, timeoutMs: 100, onTimeout: 'proceed' }, { cycle: 3 });
  expect(proceeded).toMatchObject({ kind: 'timed-out', undone: false });
  expect(service.told).toEqual(['/quiesce', '/resume', '/quiesce', '/resume', '/quiesce']);
});

test('an undrain ends a drain that still waits', async () => {
  service.idle = false;
  const drained = holder.ask('drain', { locker: ada, timeoutMs: 60_000, onTimeout: 'skip' });
  await until(() => service.told.length === 1);
  await holder.ask('undrain', { locker: ada });
  expect(await drained).toMatchObject({ kind: 'timed-out', undone: true });
  expect(record().quiesced).toBeNull();
});

test('a taken-over box lets a begun job end and fences what comes after', async () => {
  locker().stopsAfterMs = 150;
  const begun = holder.ask('update', forward);
  await until(() => locker().signals.length === 1);
  const newer = await aHolder(box, 'r2', true);
  expect(newer.generation).toBe(2);
  expect(await begun).toMatchObject({ kind: 'serving' });
  await expect(holder.ask('undrain', { locker: ada })).rejects.toMatchObject({ code: 'Fenced' });
  await expect(aHolder(box, 'r3')).rejects.toMatchObject({ code: 'HeldBy' });
  const { records } = await newer.lockerd.call('history', { limit: 5 });
  expect(records).toMatchObject([{ kind: 'take-over', holder: 'r2', takenFrom: 'r1 (jane)' }]);
});

test('settle leaves a history record and names who is owed', async () => {
  await holder.ask('update', forward);
  const summary = { state: 'aborted', release: 'stable-2', counts: { planned: 2, updated: 0 }, by: 'jane' };
  expect(await holder.ask('settle', { summary, keepReleases: 5 })).toEqual({ removed: [], owed: ['ada'] });
  const { records } = await holder.lockerd.call('history', { limit: 5 });
  expect(records).toMatchObject([{ kind: 'rollout', holder: 'r1', state: 'aborted', counts: { planned: 2 } }]);
});

test('a release that it runs already is forced once more: one stop and one start for a token, however often it is asked', async () => {
  await holder.ask('update', forward);
  const again = { ...forward, again: true };
  const forced = await Promise.all([1, 2].map(() => holder.ask('update', again, { cycle: 2 })));
  for (const outcome of forced) expect(outcome).toMatchObject({ kind: 'serving', fromVersion: 2, toVersion: 2 });
  expect(locker()).toMatchObject({ signals: ['TERM', 'TERM'], starts: 2, state: 'running' });
});
