/** A throwaway locker whose rehearsal nobody will take up again is nobody's: lockerd sweeps it away by itself. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { startDaemon } from '../../../box/make-daemon';
import type { RunningDaemon } from '../../../box/make-daemon';
import { REHEARSAL, rehearsalBox } from '../../../box/rehearsal/rehearsal-box';
import { makeUpkeep } from '../../../box/upkeep/upkeep';
import { LockerName } from '../../../domain/model/ids';
import { aBox } from '../support/fake-lxc';
import type { FakeBox } from '../support/fake-lxc';

let box: FakeBox;
let running: RunningDaemon;
beforeEach(async () => {
  box = aBox(['ada']);
  running = await startDaemon(box);
});
afterEach(async () => {
  await running.close();
  box.remove();
});

/** As lockerd leaves it when it dies while the locker is laid down. */
function leave(): void {
  const inner = rehearsalBox(box);
  mkdirSync(dirname(inner.paths.bootLog(REHEARSAL)), { recursive: true });
  mkdirSync(join(dirname(inner.paths.lxcConfig(REHEARSAL)), 'rootfs'), { recursive: true });
  writeFileSync(inner.paths.bootLog(REHEARSAL), 'half a line');
}

test('the next round of upkeep removes it, and says so', async () => {
  leave();
  const upkeep = await makeUpkeep(running.daemon);
  await upkeep.round();
  expect(existsSync(box.paths.rehearsal)).toBe(false);
  expect(box.lines).toContain('a rehearsal was left behind: removed');
  await upkeep.round();
  expect(box.lines.filter((line) => line.includes('rehearsal'))).toHaveLength(1);
});

test('one that runs is left alone', async () => {
  leave();
  const jobs = {
    ...running.daemon.jobs,
    running: () => [{ token: 't', verb: 'rehearse', locker: null, hurry: new AbortController() }],
  };
  const upkeep = await makeUpkeep({ ...running.daemon, jobs: jobs as never });
  await upkeep.round();
  expect(existsSync(box.paths.rehearsal)).toBe(true);
});

test('its name can be no locker’s, and it is not where lockers are looked for', () => {
  expect(LockerName.safeParse(REHEARSAL).success).toBe(false);
  const inner = rehearsalBox(box);
  expect(inner.paths.lxcConfig(REHEARSAL).startsWith(`${box.config.lxcPath}/`)).toBe(false);
  expect(inner.paths.me(REHEARSAL).startsWith(`${box.config.data}/`)).toBe(false);
  expect(inner.paths.lockersRoot).not.toBe(box.paths.lockersRoot);
  expect(inner.paths.lastStage).toBe(box.paths.lastStage);
});
