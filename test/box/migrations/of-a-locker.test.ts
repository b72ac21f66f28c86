/** Migrations of the data of one locker, as a part of its move: real runners, real processes, lockers in memory. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { recordOf } from '../../../box/journal/state';
import { readLastStage, writeLastStage } from '../../../box/release/last-stage';
import { currentVersion } from '../../../box/release/versions';
import { takeUpMigrations } from '../../../box/migrations/take-up';
import { mirrorOf } from '../../../box/release/mirror';
import { makeUpkeep } from '../../../box/upkeep/upkeep';
import type { LockerName, ServiceName, Token } from '../../../domain/model/ids';
import type { MigrationRecord } from '../../../domain/model/migration';
import type { FakeLxc } from '../support/fake-lxc';
import { bundleOnce, migratingBox, placeLockers, settled } from '../support/migrating-box';
import type { MigratingBox } from '../support/migrating-box';

let removeBundle: () => void;
let at: MigratingBox;
/** Answers for whoever runs. */
const service = createServer((_request, response) => void response.end('{}'));
beforeAll(async () => {
  removeBundle = await bundleOnce();
  await new Promise<void>((resolve) => void service.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  service.close();
  removeBundle();
});
afterEach(async () => {
  put('go');
  await at.remove();
});

const l01 = 'l01' as LockerName;
/** Each run is a line; it waits for `go`, and is done with its marker. */
const ofLocker = (id: string) => ({
  id,
  scope: 'locker',
  when: 'per-locker',
  reversible: true,
  run: sh(
    `echo ${id} >> runs; while [ ! -e go ] || [ -e hold-${id} ]; do sleep 0.02; done; if [ -e no-${id} ]; then echo no room; exit 4; fi; touch ${id}`,
  ),
  check: sh(`if [ -e confused ]; then exit 3; fi; [ -e ${id} ]`),
  undo: sh(`echo undo-${id} >> runs; rm ${id}`),
});
const sh = (text: string) => ['sh', '-c', `cd "$LOCKSTEP_ME"; ${text}`];

async function open(more: Record<string, unknown> = {}, others: readonly Record<string, unknown>[] = []): Promise<void> {
  at = await migratingBox({ ...ofLocker('split'), ...more }, others);
  placeLockers(at, [l01]);
  const last = await readLastStage(at.box);
  if (!last) throw new Error('nothing is staged');
  const { port } = service.address() as AddressInfo;
  await writeLastStage(at.box, { ...last, target: { ...last.target, service: { ...last.target.service, port } } });
}
const me = (name: string) => join(at.box.paths.me(l01), name);
const put = (name: string) => writeFileSync(me(name), '');
const has = (name: string) => existsSync(me(name));
const runs = () => (has('runs') ? readFileSync(me('runs'), 'utf8').split('\n').filter(Boolean) : []);
const locker = () => (at.box.lxc as FakeLxc).locker('l01');

const move = {
  locker: l01,
  stop: { timeoutMs: 1_000, onTimeout: 'kill' as const },
  lane: { maxStarting: 5, pressure: { cpuSomeAvg10: 100, memoryAvailable: 0, loadPerCore: 1000, holdAfterMs: 1_000 } },
  startDeadlineMs: 5_000,
};
const update = (cycle = 1, migrations = ['split', 'shrink']) =>
  settled(at.holder().ask('update', { ...move, to: at.target.release.id, migrations }, { cycle }));
const restore = (cycle = 1) => settled(at.holder().ask('restore', { ...move, toVersion: 1 }, { cycle }));
const stateOf = (id: string) => [...at.daemon().journal.state().migrations.values()].find((record) => record.id === id)?.state;
const version = () => currentVersion(at.box, l01);

test('an update runs it once while its locker is down, and a restore undoes it', async () => {
  await open();
  const asked = update();
  await at.until(() => runs().length === 1);
  expect([locker().state, await version()]).toEqual(['stopped', 1]);
  put('go');
  expect(await asked).toMatchObject({ kind: 'serving', fromVersion: 1, toVersion: 2 });
  expect([runs(), stateOf('split'), await version()]).toEqual([['split'], 'done', 2]);
  expect(await restore()).toMatchObject({ kind: 'serving', toVersion: 1 });
  expect([runs(), stateOf('split'), await version()]).toEqual([['split', 'undo-split'], 'not-done', 1]);
  expect(await update(2)).toMatchObject({ kind: 'serving', toVersion: 2 });
  expect(runs()).toEqual(['split', 'undo-split', 'split']);
});

test('what nobody asked for is not run, and nothing is stopped', async () => {
  await open();
  expect(await update(1, [])).toMatchObject({ code: 'MigrationMissing' });
  expect([locker().signals, runs()]).toEqual([[], []]);
});

test('one that came to nothing leaves its locker up on the release before; asked for anew it runs again', async () => {
  await open();
  put('no-split');
  put('go');
  const came = await update();
  expect(came).toMatchObject({ kind: 'not-migrated', migration: 'split', toVersion: 1 });
  expect(JSON.stringify(came)).toContain('no room');
  expect([locker().state, await version(), runs()]).toEqual(['running', 1, ['split']]);
  // The same request has the same answer.
  expect(await update()).toMatchObject({ kind: 'not-migrated' });
  rmSync(me('no-split'));
  expect(await update(2)).toMatchObject({ kind: 'serving', toVersion: 2 });
  expect(runs()).toEqual(['split', 'split']);
});

test('where the second came to nothing the first is undone, and the locker serves on the release before', async () => {
  await open({}, [ofLocker('shrink')]);
  put('no-shrink');
  put('go');
  expect(await update()).toMatchObject({ kind: 'not-migrated', migration: 'shrink', toVersion: 1 });
  expect([locker().state, await version()]).toEqual(['running', 1]);
  expect(runs()).toEqual(['split', 'shrink', 'undo-split']);
  expect([stateOf('split'), stateOf('shrink')]).toEqual(['not-done', 'not-done']);
});

test('half way between two of which one can not be undone nothing starts its locker, until the other is done', async () => {
  await open({ reversible: false, undo: undefined }, [ofLocker('shrink')]);
  put('no-shrink');
  put('go');
  expect(await update()).toMatchObject({ kind: 'not-migrated', migration: 'shrink' });
  expect(await restore()).toMatchObject({ code: 'ReleaseTooOld' });
  expect(await settled(at.holder().ask('start', { locker: l01, lane: move.lane, startDeadlineMs: 5_000 }))).toMatchObject({
    code: 'ReleaseTooOld',
  });
  expect(locker().state).toBe('stopped');
  rmSync(me('no-shrink'));
  expect(await update(2)).toMatchObject({ kind: 'serving', toVersion: 2 });
  expect(runs()).toEqual(['split', 'shrink', 'shrink']);
});

test.each([
  ['done', 2],
  ['not-done', 1],
] as const)('undecided, its locker stays down; said to be %s, the box brings it up on version %i by itself', async (as, on) => {
  await open();
  const asked = update();
  await at.until(() => runs().length === 1);
  put('confused');
  put('go');
  expect(await asked).toMatchObject({ code: 'MigrationUndecided' });
  expect(await settled(at.holder().ask('start', { locker: l01, lane: move.lane, startDeadlineMs: 5_000 }))).toMatchObject({
    code: 'MigrationUnderWay',
  });
  expect(await restore()).toMatchObject({ code: 'MigrationUndecided' });
  const upkeep = await makeUpkeep({ ...at.daemon(), config: { ...at.box.config, deadManMs: 0 } });
  await upkeep.round();
  expect([locker().state, recordOf(at.daemon().journal.state(), l01).crashes]).toEqual(['stopped', []]);
  await at.holder().lockerd.call('settle-migration', { migration: 'split', locker: l01, as, by: 'ann@desk' });
  await upkeep.round();
  expect([locker().state, await version(), runs()]).toEqual(['running', on, ['split']]);
});

test('half way between two that can be undone the box takes its locker back by itself, once it may', async () => {
  await open({}, [ofLocker('shrink')]);
  put('go');
  put('hold-shrink');
  const asked = update();
  await at.until(() => runs().length === 2);
  put('confused');
  rmSync(me('hold-shrink'));
  expect(await asked).toMatchObject({ code: 'MigrationUndecided' });
  rmSync(me('confused'));
  await at.holder().lockerd.call('settle-migration', { migration: 'shrink', locker: l01, as: 'not-done', by: 'ann@desk' });
  const upkeep = await makeUpkeep({ ...at.daemon(), config: { ...at.box.config, deadManMs: 0 } });
  await upkeep.round();
  expect([locker().state, await version(), runs()]).toEqual(['running', 1, ['split', 'shrink', 'undo-split']]);
});

test('one that can not be undone lets its locker go no further back', async () => {
  await open({ reversible: false, undo: undefined });
  put('go');
  expect(await update()).toMatchObject({ kind: 'serving' });
  const { signals } = locker();
  const before = signals.length;
  expect(await restore()).toMatchObject({ code: 'ReleaseTooOld' });
  expect([signals.length, await version()]).toEqual([before, 2]);
});

test('lockerd dies while it runs: it is taken up, and runs once', async () => {
  await open();
  void update().catch(() => {});
  await at.until(() => runs().length === 1);
  await at.down();
  await at.up();
  put('go');
  expect(await update()).toMatchObject({ kind: 'serving', toVersion: 2 });
  expect([runs(), stateOf('split')]).toEqual([['split'], 'done']);
});

test('one that is stopped on purpose is migrated, linked, and stays stopped', async () => {
  await open();
  put('go');
  await at.holder().ask('stop', { locker: l01, stop: move.stop, drain: null, onPurpose: true });
  expect(await update()).toMatchObject({ kind: 'linked', toVersion: 2 });
  expect([locker().state, runs(), await version()]).toEqual(['stopped', ['split'], 2]);
  expect(await restore()).toMatchObject({ kind: 'linked', toVersion: 1 });
  expect([locker().state, runs(), await version()]).toEqual(['stopped', ['split', 'undo-split'], 1]);
});

test('of data that are not mounted no check is asked; what was announced is settled once they are there', async () => {
  await open();
  void update().catch(() => {});
  await at.until(() => runs().length === 1);
  await at.down();
  put('go');
  await at.until(() => has('split'));
  const folder = at.box.paths.me(l01);
  renameSync(folder, `${folder}-elsewhere`);
  await at.up();
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(stateOf('split')).toBe('begun');
  renameSync(`${folder}-elsewhere`, folder);
  at.daemon().settling.clear();
  takeUpMigrations(at.daemon(), at.daemon().settling);
  await at.until(() => stateOf('split') === 'done');
  expect(runs()).toEqual(['split']);
});

test('once it stood back it does not go forward by the same request, whatever its check says by then', async () => {
  await open();
  put('confused');
  expect(await update()).toMatchObject({ kind: 'not-migrated', toVersion: 1 });
  rmSync(me('confused'));
  put('go');
  // As after a boot that cut the job off before its end was written.
  const job = at
    .daemon()
    .journal.state()
    .jobs.get(`r1/lxc12/${l01}/1/update` as Token);
  expect(job?.intents.map(({ intent }) => intent.kind)).toEqual(['move', 'stop', 'start']);
  await at.down();
  Object.assign(locker(), { state: 'stopped', init: null });
  Object.assign(at.box, { bootId: 'another boot' });
  await at.up();
  const again = { ...(job as NonNullable<typeof job>), end: null };
  expect(await at.daemon().jobs.takeUp(again)).toMatchObject({ kind: 'not-migrated', toVersion: 1 });
  expect([runs(), await version(), locker().state]).toEqual([[], 1, 'running']);
});

test('undone and said to be so, its locker starts on the release before, though its link is that of the new one', async () => {
  await open();
  put('go');
  await update();
  const key = [...at.daemon().journal.state().migrations.values()][0];
  await at.daemon().journal.append({ kind: 'migration', migration: { ...(key as MigrationRecord), state: 'not-done' } });
  await at.holder().ask('stop', { locker: l01, stop: move.stop, drain: null });
  await settled(at.holder().ask('start', { locker: l01, lane: move.lane, startDeadlineMs: 5_000 }));
  expect([await version(), locker().state]).toEqual([1, 'running']);
});

test('git that does not answer is no answer: nothing is stopped', async () => {
  await open();
  put('go');
  const mirror = mirrorOf(at.box, 'locker' as ServiceName, 'code');
  renameSync(join(mirror, 'objects'), join(mirror, 'gone'));
  expect(await update()).toMatchObject({ code: 'CommandFailed' });
  renameSync(join(mirror, 'gone'), join(mirror, 'objects'));
  expect([locker().signals, runs(), await version()]).toEqual([[], [], 1]);
});

test('a locker that gets its first version here: its check says whether its data are of that release', async () => {
  await open();
  rmSync(at.box.paths.current(l01), { force: true });
  const first = (cycle: number) => settled(at.holder().ask('link', { locker: l01, to: at.target.release.id }, { cycle }));
  expect(await first(1)).toMatchObject({ code: 'MigrationMissing' });
  put('split');
  expect(await first(2)).toMatchObject({ version: 2 });
  expect([stateOf('split'), runs()]).toEqual(['done', []]);
});

test('a locker that was added with no data has nothing behind it, and no check is asked', async () => {
  await open();
  rmSync(at.box.paths.current(l01), { force: true });
  // As add-locker leaves it.
  Object.assign(locker(), { state: 'stopped', init: null });
  put('confused');
  const token = `r1/lxc12/${l01}/1/add` as Token;
  const params = { locker: l01, values: {}, adoptData: false };
  const { generation } = at.holder();
  await at.daemon().journal.append({ kind: 'job', token, verb: 'add-locker', params, holder: 'r1', generation });
  await at.daemon().journal.append({ kind: 'intent', token, intent: { kind: 'add', newData: true } });
  await at.holder().ask('link', { locker: l01, to: at.target.release.id });
  expect([await version(), stateOf('split'), runs()]).toEqual([2, 'done', []]);
});

test('what it did to the data is on the disk before it counts as done', async () => {
  await open();
  const tools = join(at.box.config.data, 'tools');
  mkdirSync(tools);
  writeFileSync(join(tools, 'sync'), '#!/bin/sh\necho "$1 $2" >> "$LOCKSTEP_ME/runs"\n', { mode: 0o755 });
  Object.assign(at.box.config, { path: `${tools}:${at.box.config.path}` });
  put('go');
  await update();
  expect(runs()).toEqual(['split', `-f ${at.box.paths.me(l01)}`]);
});
