/** What lockerd takes up at its start: never what somebody has asked otherwise for since. */
import { recordOf } from '../../box/journal/state';
import { openJournal } from '../../box/journal/journal';
import type { NewRecord } from '../../box/journal/records';
import { startDaemon } from '../../box/make-daemon';
import type { LockerName, Token } from '../../domain/model/ids';
import { aBox } from './support/fake-lxc';
import type { FakeBox } from './support/fake-lxc';
import { aService } from './support/locker-service';

const ada = 'ada' as LockerName;
const pressure = { cpuSomeAvg10: 100, memoryAvailable: 0, loadPerCore: 1000, holdAfterMs: 1_000 };
const start = { locker: ada, lane: { maxStarting: 5, pressure }, startDeadlineMs: 1_000 };
const mine = { holder: 'r1', generation: 1 };
const lease: NewRecord = { kind: 'lease', lease: { ...mine, by: 'jane', since: '2026-11-20T00:00:00.000Z' }, from: null };
const begun = 'r1/lxc12/ada/1/start' as Token;
const later = 'r1/lxc12/ada/1/stop' as Token;

let box: FakeBox;
beforeEach(() => {
  box = aBox(['ada']);
  Object.assign(box.lxc.locker('ada'), { state: 'stopped', init: null });
});
afterEach(() => box.remove());

/** As an earlier life left it: the disk was full when the start came to its end. */
async function left(...since: NewRecord[]): Promise<void> {
  const journal = openJournal({ file: box.paths.journal, box: 'lxc12', now: box.now });
  const intent = { kind: 'start', bootId: 'boot-0', version: 1 } as const;
  await journal.append(
    lease,
    { kind: 'job', token: begun, verb: 'start', params: start, ...mine },
    { kind: 'intent', token: begun, intent },
    ...since,
  );
  journal.close();
}

async function afterStart(): Promise<{ starts: number; owed: boolean }> {
  const service = await aService(box);
  const running = await startDaemon(box);
  await running.daemon.jobs.ended(begun);
  const { owed } = recordOf(running.daemon.journal.state(), ada);
  await running.close();
  service.close();
  return { starts: box.lxc.locker('ada').starts, owed: owed !== null };
}

test('a start that was cut off is brought to its end', async () => {
  await left();
  expect(await afterStart()).toMatchObject({ starts: 1 });
});

test('a start whose end was never written does not bring up what was stopped since', async () => {
  const stop = { locker: ada, stop: { timeoutMs: 1_000, onTimeout: 'kill' }, drain: null };
  await left(
    { kind: 'job', token: later, verb: 'stop', params: stop, ...mine },
    { kind: 'parked', locker: ada, parked: { by: 'r1', token: later, since: '2026-11-20T00:00:01.000Z' } },
    { kind: 'done', token: later, result: { kind: 'stopped', killed: false, tookMs: 1 } },
  );
  expect(await afterStart()).toEqual({ starts: 0, owed: false });
});

test('one that only waited for its turn behind it is no reason to leave it half way', async () => {
  await left({ kind: 'job', token: later, verb: 'stop', params: { locker: ada }, ...mine });
  expect(await afterStart()).toMatchObject({ starts: 1 });
});
