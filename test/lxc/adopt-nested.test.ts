/** The worst of the old habits, on real LXC: data and settings within the checkout. No orchestrator: the scripts on the box cut over. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runCli } from '../support/cli';
import { anOldWayBox, listing, untilTrue } from '../support/old-way-box';
import type { OldWayBox } from '../support/old-way-box';

jest.setTimeout(300_000);

let box: OldWayBox;
beforeAll(async () => {
  box = await anOldWayBox({ lockers: 2, nested: true });
});
afterAll(() => box?.down());

const adopt = (...args: string[]) =>
  runCli('lockstep', ['adopt-box', '--box', box.name, '--fleet', box.fleetFile, '--identity', box.layout.adminKey, ...args], {});

test('adopted while it is down, its data are not touched: not a time, not an inode', async () => {
  await box.stop('l02');
  const before = await listing(box.me('l02'));
  const ended = await adopt('--yes');
  expect([ended.code, ended.stderr]).toEqual([0, expect.stringContaining('+ lxc.environment = LOCKER_ME=/Me')]);
  expect(ended.stderr).toMatch(/it does not run: no boot starts it/);
  expect(await listing(box.me('l02'))).toEqual(before);
  expect(existsSync(join(box.places.root, 'lockers/l02/current/code/Me'))).toBe(false);
});

test('a crash cuts over too: lockerd starts it on the old code with its new mounts', async () => {
  const [before, build] = [await box.life('l01'), await box.build('l01')];
  process.kill(Number(before.split('/')[0]), 'SIGKILL');
  await untilTrue('l01 answers again', async () => (await box.life('l01')) !== before && (await box.build('l01')) === build);
  expect((await box.exec('lockerctl', 'status')).stdout).toMatch(/^l01 .* good .* 1$/m);
  expect((await box.data('l01')).broken).toBeNull();
});

test('the scripts cut over to the old code on its new mounts, and every owner finds the data again', async () => {
  const before = await box.data('l01');
  expect((await box.exec('lxc-stop-all')).code).toBe(0);
  expect((await box.exec('lxc-start-all')).code).toBe(0);
  expect((await box.exec('lockerctl', 'start', 'l02')).code).toBe(0);
  const builds = await Promise.all(box.lockers.map((locker) => box.build(locker)));
  expect(builds).toEqual([expect.stringMatching(/^old-/), builds[0]]);
  const { broken, lost, accepted } = await box.data('l01');
  expect({ broken, lost: lost - before.lost }).toEqual({ broken: null, lost: 0 });
  expect(accepted).toBeGreaterThanOrEqual(before.accepted);
  expect((await box.exec('lockerctl', 'status')).stdout).not.toMatch(/BAD|unknown|missing/);
});

test('a login that may not adopt says what it needs', async () => {
  const ended = await runCli('lockstep', ['adopt-box', '--box', box.name, '--fleet', box.fleetFile, '--yes'], {});
  expect(ended.code).toBe(1);
  expect(ended.stderr).toMatch(/gives no shell[^]*--as USER@HOST/);
});
