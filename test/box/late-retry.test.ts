/** What failed half way and is asked for again after others have moved its locker. */
import { recordOf } from '../../box/journal/state';
import { startDaemon } from '../../box/make-daemon';
import { currentVersion } from '../../box/release/versions';
import { Fault } from '../../domain/faults';
import type { LockerName } from '../../domain/model/ids';
import { aHolder } from './support/a-client';
import { RELEASES, aBox } from './support/fake-lxc';
import { aService } from './support/locker-service';

const ada = 'ada' as LockerName;
const pressure = { cpuSomeAvg10: 100, memoryAvailable: 0, loadPerCore: 1000, holdAfterMs: 1_000 };
const lane = { maxStarting: 5, pressure };
const params = { locker: ada, stop: { timeoutMs: 2_000, onTimeout: 'kill' as const }, lane, startDeadlineMs: 1_000 };

test('does not stop the locker that serves by now', async () => {
  const box = aBox(['ada']);
  const service = await aService(box);
  const { lxc } = box;
  let fails = true;
  const start: typeof lxc.start = async (name, timeoutMs) => {
    if (fails) throw new Fault('CommandFailed', 'LXC does not answer.');
    return lxc.start(name, timeoutMs);
  };
  const running = await startDaemon({ ...box, lxc: { ...lxc, start } });
  const holder = await aHolder(box);
  const forward = { ...params, to: RELEASES[1] };
  await expect(holder.ask('update', forward)).rejects.toMatchObject({ code: 'CommandFailed' });
  fails = false;
  expect(await holder.ask('start', { locker: ada, lane, startDeadlineMs: 1_000 })).toMatchObject({ kind: 'serving' });
  expect(recordOf(running.daemon.journal.state(), ada).owed).toBeNull();
  expect(await holder.ask('update', forward)).toMatchObject({ kind: 'superseded' });
  expect(lxc.locker('ada')).toMatchObject({ signals: ['TERM'], state: 'running' });
  expect(await currentVersion(box, ada)).toBe(2);
  service.close();
  await running.close();
  box.remove();
});

test('a stop that failed is not carried out on the life that somebody has started since', async () => {
  const box = aBox(['ada']);
  const service = await aService(box);
  const { lxc } = box;
  let fails = true;
  const signalStop: typeof lxc.signalStop = async (name, init) => {
    if (fails) throw new Fault('CommandFailed', 'LXC does not answer.');
    return lxc.signalStop(name, init);
  };
  const running = await startDaemon({ ...box, lxc: { ...lxc, signalStop } });
  const holder = await aHolder(box);
  const wish = { locker: ada, stop: params.stop, drain: null };
  await expect(holder.ask('stop', wish)).rejects.toMatchObject({ code: 'CommandFailed' });
  fails = false;
  // Of the wish that is over nothing is left but its token.
  await lxc.kill(ada, (await lxc.see(ada)).init as never);
  expect(await holder.ask('start', { locker: ada, lane, startDeadlineMs: 1_000 })).toMatchObject({ kind: 'serving' });
  await expect(holder.ask('stop', wish)).rejects.toMatchObject({ code: 'WorldChanged' });
  expect(lxc.locker('ada')).toMatchObject({ state: 'running' });
  service.close();
  await running.close();
  box.remove();
});
