/** What a migration means for lockers: nothing starts them while nobody knows, and after it only what contains it. */
import type { FakeLxc } from '../support/fake-lxc';
import { recordOf } from '../../../box/journal/state';
import { currentVersion } from '../../../box/release/versions';
import { makeUpkeep } from '../../../box/upkeep/upkeep';
import type { LockerName } from '../../../domain/model/ids';
import { bundleOnce, migratingBox, placeLockers, settled } from '../support/migrating-box';
import type { MigratingBox } from '../support/migrating-box';

let removeBundle: () => void;
let at: MigratingBox;
beforeAll(async () => {
  removeBundle = await bundleOnce();
});
afterAll(() => removeBundle());
afterEach(() => at.remove());

const LOCKERS = ['l01', 'l02'] as LockerName[];
const lane = {
  maxStarting: 5,
  pressure: { cpuSomeAvg10: 100, memoryAvailable: 0, loadPerCore: 1000, holdAfterMs: 1_000 },
};
const lxc = () => at.box.lxc as FakeLxc;
const halt = () =>
  Promise.all(
    LOCKERS.map((locker) => at.holder().ask('stop', { locker, stop: { timeoutMs: 2_000, onTimeout: 'kill' }, drain: null })),
  );
const start = (locker: LockerName, cycle = 1) =>
  settled(at.holder().ask('start', { locker, lane, startDeadlineMs: 500 }, { cycle }));

async function aHaltedBox(more: Record<string, unknown> = {}): Promise<void> {
  at = await migratingBox({ when: 'all-halted', ...more });
  placeLockers(at, LOCKERS);
}

test('while it runs nothing starts a locker; once it is done they start on the release that contains it', async () => {
  await aHaltedBox();
  await halt();
  const asked = settled(at.ask());
  await at.until(() => at.runs().length === 1);
  expect(await start('l01' as LockerName)).toMatchObject({ code: 'MigrationUnderWay' });
  const upkeep = await makeUpkeep(at.daemon());
  // As after a boot: wanted up, and not parked by anybody.
  await at.daemon().journal.append({ kind: 'parked', locker: 'l02' as LockerName, parked: null });
  await upkeep.round();
  expect(lxc().locker('l02').starts).toBe(0);
  expect(recordOf(at.daemon().journal.state(), 'l02' as LockerName).crashes).toEqual([]);
  at.put('go');
  expect(await asked).toMatchObject({ kind: 'done', how: 'ran' });
  await start('l01' as LockerName, 2);
  expect(lxc().locker('l01').starts).toBe(1);
});

test('undecided, they stay down until a person has said what is so', async () => {
  await aHaltedBox();
  await halt();
  const asked = settled(at.ask());
  await at.until(() => at.runs().length === 1);
  at.put('confused');
  at.put('go');
  expect(await asked).toMatchObject({ code: 'MigrationUndecided' });
  expect(await start('l01' as LockerName)).toMatchObject({ code: 'MigrationUnderWay' });
  await at.holder().lockerd.call('settle-migration', { migration: 'split-jobs', as: 'done', by: 'ann@desk' });
  await start('l01' as LockerName, 2);
  expect(lxc().locker('l01').starts).toBe(1);
});

test('a locker that is linked to the release before is started on the one that contains the migration', async () => {
  await aHaltedBox();
  await halt();
  at.put('go');
  await at.ask();
  await start('l01' as LockerName);
  expect(await currentVersion(at.box, 'l01' as LockerName)).toBe(2);
  expect(
    await settled(
      at.holder().ask('restore', {
        locker: 'l01',
        stop: { timeoutMs: 1_000, onTimeout: 'kill' },
        lane,
        startDeadlineMs: 500,
        toVersion: 1,
      }),
    ),
  ).toMatchObject({
    code: 'ReleaseTooOld',
  });
});

test('a script brings no release whose migration nobody has run', async () => {
  await aHaltedBox();
  await halt();
  const to = at.target.release.id;
  expect(await settled(at.holder().ask('link', { locker: 'l01', to }))).toMatchObject({ code: 'MigrationMissing' });
  const move = { stop: { timeoutMs: 1_000, onTimeout: 'kill' as const }, lane, startDeadlineMs: 500 };
  expect(await settled(at.holder().ask('update', { locker: 'l02', ...move, to }))).toMatchObject({
    code: 'MigrationMissing',
  });
  expect(await currentVersion(at.box, 'l01' as LockerName)).toBe(1);
});
