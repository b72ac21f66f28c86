/** The rare ways through a box on which a locker could be left closed, down, on the wrong config, or with nobody's lease. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { recordOf } from '../../box/journal/state';
import { startDaemon } from '../../box/make-daemon';
import type { RunningDaemon } from '../../box/make-daemon';
import { currentVersion } from '../../box/release/versions';
import { parseArguments } from '../../box/scripts/arguments';
import { startAll } from '../../box/scripts/start-all';
import { stopAll } from '../../box/scripts/stop-all';
import type { Digest, LockerName } from '../../domain/model/ids';
import { aClient, aHolder } from './support/a-client';
import type { Holder } from './support/a-client';
import { RELEASES, aBox } from './support/fake-lxc';
import type { FakeBox } from './support/fake-lxc';
import { aService } from './support/locker-service';
import type { LockerService } from './support/locker-service';

const ada = 'ada' as LockerName;
const lane = {
  maxStarting: 5,
  pressure: { cpuSomeAvg10: 100, memoryAvailable: 0, loadPerCore: 1000, holdAfterMs: 1_000 },
};
const closedLane = { ...lane, pressure: { ...lane.pressure, memoryAvailable: 100, holdAfterMs: 50 } };
const params = { locker: ada, stop: { timeoutMs: 2_000, onTimeout: 'kill' as const }, lane, startDeadlineMs: 1_000 };
const forward = { ...params, to: RELEASES[1] };
const drain = { locker: ada, timeoutMs: 500, onTimeout: 'skip' as const };

let box: FakeBox;
let service: LockerService;
let running: RunningDaemon;
beforeEach(async () => {
  jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  box = aBox(['ada', 'ben']);
  service = await aService(box);
  running = await startDaemon(box);
});
afterEach(async () => {
  jest.restoreAllMocks();
  service.close();
  await running.close();
  box.remove();
});
const record = () => recordOf(running.daemon.journal.state(), ada);
const lease = () => running.daemon.journal.state().lease;
const locker = () => box.lxc.locker('ada');
const until = async (what: () => boolean) => {
  for (let i = 0; i < 200 && !what(); i++) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(what()).toBe(true);
};
const here = () => ({ configFile: '', config: box.config });
const none = () => parseArguments([], ['force']);

/** Version 3: the release of version 2 with another config. */
function anotherConfig(digest: string): void {
  cpSync(box.paths.version(ada, 2), box.paths.version(ada, 3), { recursive: true, verbatimSymlinks: true });
  const file = join(box.paths.version(ada, 3), 'REVISION');
  const revision = JSON.parse(readFileSync(file, 'utf8')) as { config: object };
  writeFileSync(file, JSON.stringify({ ...revision, version: 3, config: { ...revision.config, digest } }));
}

describe('one release with two configs', () => {
  test('an update takes the config that was planned, not the newest', async () => {
    anotherConfig('c'.repeat(64));
    const holder = await aHolder(box);
    const planned = { ...forward, configDigest: 'b'.repeat(64) as Digest };
    expect(await holder.ask('update', planned)).toMatchObject({ kind: 'serving', toVersion: 2 });
    expect(await currentVersion(box, ada)).toBe(2);
  });

  test('so does the link of update-code', async () => {
    anotherConfig('c'.repeat(64));
    const holder = await aHolder(box);
    const asked = { locker: ada, to: RELEASES[1], configDigest: 'b'.repeat(64) as Digest };
    expect(await holder.ask('link', asked)).toEqual({ kind: 'next', version: 2 });
  });

  test('a config that was never staged is refused before anything is touched', async () => {
    const holder = await aHolder(box);
    const planned = { ...forward, configDigest: 'd'.repeat(64) as Digest };
    await expect(holder.ask('update', planned)).rejects.toMatchObject({ code: 'LockerUnfit' });
    expect(locker().signals).toEqual([]);
  });
});

describe('/Me', () => {
  test('that went away in the middle of a move is not started over by the next lockerd', async () => {
    locker().stopsAfterMs = 100;
    const holder = await aHolder(box);
    const cut = holder.ask('update', forward).catch((error: Error) => error);
    await until(() => locker().signals.length === 1);
    await running.close();
    await cut;
    const file = box.paths.lxcConfig(ada);
    writeFileSync(file, readFileSync(file, 'utf8').replace(' Me none', ' Elsewhere none'));
    running = await startDaemon(box);
    const again = await aHolder(box);
    await expect(again.ask('update', forward)).rejects.toMatchObject({ code: 'MeNotMounted' });
    expect(locker()).toMatchObject({ state: 'stopped', starts: 0 });
    expect(record().owed).not.toBeNull();
  });
});

describe('a quiesce', () => {
  test('is taken back by the proof of a locker that was not restarted', async () => {
    const holder = await aHolder(box);
    await holder.ask('update', forward);
    await holder.ask('drain', { ...drain }, { cycle: 2 });
    service.told.length = 0;
    await holder.ask('verify', { locker: ada, goodProbes: 1, stableMs: 0, deadlineMs: 200 }, { cycle: 2 });
    expect(service.told).toEqual(['/resume']);
    expect(record().quiesced).toBeNull();
  });

  test('that is left over is taken back when the box is settled', async () => {
    const holder = await aHolder(box);
    await holder.ask('drain', drain);
    const summary = { state: 'aborted', release: null, counts: {}, by: 'jane' };
    await holder.ask('settle', { summary, keepReleases: 5 });
    expect(service.told).toEqual(['/quiesce', '/resume']);
    expect(record().quiesced).toBeNull();
  });
});

describe('a locker that is told to stop', () => {
  const hold = { ...forward, stop: { timeoutMs: 60, onTimeout: 'hold' as const } };

  test('goes on to its end under pressure too: it will be down, so it is not turned away from the lane', async () => {
    locker().stopsAfterMs = 400;
    const holder = await aHolder(box);
    expect(await holder.ask('update', hold)).toMatchObject({ kind: 'stop-timed-out' });
    const again = { ...forward, lane: closedLane };
    expect(await holder.ask('update', again, { cycle: 2 })).toMatchObject({ kind: 'serving' });
    expect(locker().signals).toEqual(['TERM']);
  });

  test('is signalled once however a person goes on: wait, wait, kill', async () => {
    locker().stopsAfterMs = Number.POSITIVE_INFINITY;
    const holder = await aHolder(box);
    for (const cycle of [1, 2, 3]) {
      expect(await holder.ask('update', hold, { cycle })).toMatchObject({ kind: 'stop-timed-out' });
    }
    const kill = { ...forward, stop: { timeoutMs: 20, onTimeout: 'kill' as const } };
    expect(await holder.ask('update', kill, { cycle: 4 })).toMatchObject({ kind: 'serving', killed: true, toVersion: 2 });
    expect(locker().signals).toEqual(['TERM', 'KILL']);
  });

  test('and has stopped since is still the same news to who asks again', async () => {
    locker().stopsAfterMs = 150;
    const holder = await aHolder(box);
    await holder.ask('update', hold);
    await until(() => locker().state === 'stopped');
    expect(await holder.ask('update', hold)).toMatchObject({ kind: 'stop-timed-out' });
    expect(await holder.ask('update', hold, { cycle: 2 })).toMatchObject({ kind: 'serving' });
  });
});

test('one that served and crashed before the asker heard of it is for verify to find, not superseded', async () => {
  const holder = await aHolder(box);
  const first = await holder.ask('restore', { ...params, toVersion: 2 });
  Object.assign(locker(), { state: 'stopped', init: null });
  expect(await holder.ask('restore', { ...params, toVersion: 2 })).toEqual(first);
  const verified = await holder.ask('verify', { locker: ada, goodProbes: 1, stableMs: 0, deadlineMs: 200 });
  expect(verified).toMatchObject({ kind: 'unhealthy', reason: 'crashed' });
});

test('one that is stopped on purpose after lxc-stop-all stays down at lxc-start-all', async () => {
  expect(await stopAll(here(), none())).toBe(0);
  const holder = await aHolder(box);
  await holder.ask('stop', { locker: ada, stop: params.stop, drain: null, onPurpose: true });
  expect(record()).toMatchObject({ wanted: 'down', parked: null });
  await holder.lockerd.call('release-lease', { holder: 'r1', generation: holder.generation });
  expect(await startAll(here(), none())).toBe(0);
  expect(locker()).toMatchObject({ state: 'stopped', starts: 0 });
  expect(box.lxc.locker('ben')).toMatchObject({ state: 'running', starts: 1 });
});

describe('the lease of a script', () => {
  const asRoot = { holder: 'local:root', by: 'root', force: false };

  test('that died is not given back under the next script of the same user', async () => {
    locker().stopsAfterMs = 200;
    const script: Holder = await aHolder(box, 'local:root');
    const cut = script.ask('stop', { locker: ada, stop: params.stop, drain: null }).catch((error: Error) => error);
    await until(() => locker().signals.length === 1);
    script.lockerd.close();
    await cut;
    const next = await aClient(box);
    await next.call('take-lease', asRoot);
    await until(() => locker().state === 'stopped');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(lease()).toMatchObject({ holder: 'local:root' });
    next.close();
    await until(() => lease() === null);
  });

  test('does not outlive lockerd: nobody is connected any more', async () => {
    const script = await aClient(box);
    await script.call('take-lease', asRoot);
    await running.close();
    running = await startDaemon(box);
    await until(() => lease() === null);
  });
});

test('a second lockerd leaves the journal of the first alone', async () => {
  // As a write of the first one that the second sees half of.
  const torn = '{"at":"2026';
  const whole = readFileSync(box.paths.journal, 'utf8');
  writeFileSync(box.paths.journal, whole + torn);
  await expect(startDaemon(box)).rejects.toMatchObject({ code: 'HeldBy' });
  expect(readFileSync(box.paths.journal, 'utf8')).toBe(whole + torn);
  writeFileSync(box.paths.journal, whole);
});
