/** A locker that crashes again and again after its rollout has ended: told, and brought back once where the policy says so. */
import { readHistory } from '../../../box/history/history';
import type { LockerRecord, NewRecord } from '../../../box/journal/records';
import { NO_RECORD, recordOf } from '../../../box/journal/state';
import { startDaemon } from '../../../box/make-daemon';
import type { RunningDaemon } from '../../../box/make-daemon';
import { readLastStage, writeLastStage } from '../../../box/release/last-stage';
import { currentVersion } from '../../../box/release/versions';
import { mayRewind } from '../../../box/upkeep/may-rewind';
import type { RewindFacts } from '../../../box/upkeep/may-rewind';
import { makeUpkeep } from '../../../box/upkeep/upkeep';
import type { Upkeep } from '../../../box/upkeep/upkeep';
import type { LockerName, Token } from '../../../domain/model/ids';
import { MigrationRecord } from '../../../domain/model/migration';
import { aHolder } from '../support/a-client';
import { CODES, RELEASES, aBox } from '../support/fake-lxc';
import type { FakeBox } from '../support/fake-lxc';
import { aService } from '../support/locker-service';
import type { LockerService } from '../support/locker-service';

const ada = 'ada' as LockerName;
const lane = { maxStarting: 5, pressure: { cpuSomeAvg10: 100, memoryAvailable: 0, loadPerCore: 1000, holdAfterMs: 1_000 } };
const forward = {
  locker: ada,
  stop: { timeoutMs: 2_000, onTimeout: 'kill' as const },
  lane,
  startDeadlineMs: 1_000,
  to: RELEASES[1],
};
const MINUTE = 60_000;

let skew = 0;
let box: FakeBox;
let service: LockerService;
let running: RunningDaemon;
let upkeep: Upkeep;

async function up(): Promise<void> {
  running = await startDaemon({ ...box, now: () => Date.now() + skew });
  upkeep = await makeUpkeep(running.daemon);
}
beforeEach(async () => {
  skew = 0;
  box = aBox(['ada']);
  service = await aService(box);
  await up();
});
afterEach(async () => {
  service.close();
  await running.close();
  box.remove();
});

const record = () => recordOf(running.daemon.journal.state(), ada);
const locker = () => box.lxc.locker('ada');
const kinds = async () => (await readHistory(box, 50)).map(({ kind, state }) => `${kind}: ${state}`);

async function policySays(rewind: boolean): Promise<void> {
  const stage = await readLastStage(box);
  if (!stage) throw new Error('nothing is staged');
  await writeLastStage(box, { ...stage, target: { ...stage.target, rewind } });
}

/** A whole rollout of one: updated, paid, and the box given back unless it is still held. */
async function rolledOut(rollout = 'r1', stillHeld = false): Promise<void> {
  const holder = await aHolder(box, rollout);
  expect(await holder.ask('update', forward)).toMatchObject({ kind: 'serving', toVersion: 2 });
  skew += 10 * MINUTE;
  await upkeep.round();
  expect(record().owed).toBeNull();
  if (!stillHeld) await holder.lockerd.call('release-lease', { holder: rollout, generation: holder.generation });
  holder.lockerd.close();
}

/** It goes down so often, and is brought up in between. */
async function crashes(times: number): Promise<void> {
  for (let crash = 1; crash <= times; crash += 1) {
    Object.assign(locker(), { state: 'stopped', init: null });
    await upkeep.round();
    if (crash === times) return;
    skew += 5_000;
    await upkeep.round();
    expect(locker().state).toBe('running');
  }
}

test('with rewind in the policy it is brought back to the version it came from, once, and both is told', async () => {
  await policySays(true);
  await rolledOut();
  await crashes(3);
  expect(record()).toMatchObject({ rewind: { from: 2, to: 1, end: null }, loop: { version: 2 } });
  await upkeep.round();
  expect(await currentVersion(box, ada)).toBe(1);
  expect(locker().state).toBe('running');
  expect(record()).toMatchObject({ rewind: { from: 2, to: 1, end: 'serving' }, owed: null, moved: null, wanted: 'up' });
  expect(await kinds()).toEqual(['crash-loop: ada crashes; brought back to version 1', 'rewind: ada brought back: serving']);
});

test('without it people are told, and it is started on what it is on', async () => {
  await rolledOut();
  await crashes(4);
  skew += MINUTE;
  await upkeep.round();
  expect(await currentVersion(box, ada)).toBe(2);
  expect(locker().state).toBe('running');
  expect(await kinds()).toEqual(['crash-loop: ada crashes; left on it: the policy has no rewind']);
});

test('while a rollout holds the box it is the rollout’s; after its end the next crash brings it back', async () => {
  await policySays(true);
  await rolledOut('r1', true);
  await crashes(3);
  await upkeep.round();
  expect(record().rewind).toBeUndefined();
  const holder = await aHolder(box, 'r1');
  expect(await holder.lockerd.call('crash-loops', {})).toMatchObject({
    lockers: [{ locker: ada, crashes: 3, why: 'it ended by itself', version: 2 }],
  });
  await holder.lockerd.call('release-lease', { holder: 'r1', generation: holder.generation });
  holder.lockerd.close();
  skew += 10_000;
  await upkeep.round();
  await crashes(1);
  await upkeep.round();
  expect(await currentVersion(box, ada)).toBe(1);
});

test('it never goes back and forth: not from where it was brought to, nor from the same version again', async () => {
  await policySays(true);
  await rolledOut();
  await crashes(3);
  await upkeep.round();
  skew += 10 * MINUTE;
  await crashes(3);
  skew += MINUTE;
  await upkeep.round();
  expect(await currentVersion(box, ada)).toBe(1);
  await rolledOut('r2');
  await crashes(3);
  skew += MINUTE;
  await upkeep.round();
  expect(await currentVersion(box, ada)).toBe(2);
  expect((await kinds()).at(-1)).toBe('crash-loop: ada crashes; left on it: it was brought back from this version before');
});

test.each([
  [true, 1],
  [false, 2],
])('with a migration that can be undone (%s) between it ends on version %i', async (reversible, version) => {
  await policySays(true);
  await rolledOut();
  const code = { id: CODES[1], revision: '2'.repeat(40) };
  const migration = { service: 'locker', id: 'split-jobs', scope: '-', state: 'done', when: 'before-first', reversible, code };
  await running.daemon.journal.append({
    kind: 'migration',
    migration: MigrationRecord.parse({ ...migration, attempt: 1, by: 'r1', at: since, evidence: [] }),
  });
  await crashes(3);
  skew += MINUTE;
  await upkeep.round();
  expect(await currentVersion(box, ada)).toBe(version);
});

test('crashes on the version before do not count for the new one', async () => {
  await upkeep.round();
  await crashes(2);
  skew += 10_000;
  await upkeep.round();
  const holder = await aHolder(box);
  await holder.ask('update', forward);
  holder.lockerd.close();
  skew += 2 * MINUTE;
  await upkeep.round();
  await crashes(1);
  expect(record().crashes).toHaveLength(1);
});

test('an end that is over by the next look counts as well, and a start of our own does not', async () => {
  await rolledOut();
  await upkeep.round();
  skew += MINUTE;
  await upkeep.round();
  locker().init = { pid: 4_900_000, startTime: '1' };
  await upkeep.round();
  expect(record().crashes).toHaveLength(1);
  await upkeep.round();
  expect(record().crashes).toHaveLength(1);
});

/** From the write with that number on nothing of this life of lockerd happens any more. Resolves when that is so. */
function diesAtWrite(number: number): { readonly died: Promise<void>; readonly hasDied: () => boolean } {
  const { journal } = running.daemon;
  const append = journal.append.bind(journal);
  let left = number;
  let tell: (() => void) | undefined;
  const died = new Promise<void>((resolve) => (tell = resolve));
  Object.assign(journal, {
    append: (...records: readonly NewRecord[]) => {
      left -= 1;
      if (left >= 0) return append(...records);
      tell?.();
      return new Promise<void>(() => {});
    },
  });
  return { died, hasDied: () => left < 0 };
}

test('killed at any write it comes to the same end, and the locker is started no more than once more for it', async () => {
  await policySays(true);
  let killed = true;
  for (let write = 0; killed; write += 1) {
    await rolledOut(`r-${write}`);
    await crashes(2);
    skew += 5_000;
    await upkeep.round();
    const before = { starts: locker().starts, signals: locker().signals.length };
    Object.assign(locker(), { state: 'stopped', init: null });
    const { died, hasDied } = diesAtWrite(write);
    // What hangs in a write that never ends belongs to the life that is over.
    for (let round = 0; round < 4 && !hasDied(); round += 1) await Promise.race([upkeep.round(), died]);
    killed = hasDied();
    await running.close();
    await up();
    // A job that was left half way is taken up beside the rounds, and takes its time.
    for (let round = 0; round < 200 && record().rewind?.end !== 'serving'; round += 1) {
      skew += round < 6 ? 61_000 : 0;
      await upkeep.round();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect([write, record().rewind]).toEqual([write, expect.objectContaining({ from: 2, to: 1, end: 'serving' })]);
    expect([write, await currentVersion(box, ada), locker().state, record().owed]).toEqual([write, 1, 'running', null]);
    // Down as it was, it needed no signal; and each life started it once at most for this.
    expect(locker().signals.length - before.signals).toBe(0);
    expect(locker().starts - before.starts).toBeLessThanOrEqual(4);
    box.remove();
    await running.close();
    service.close();
    box = aBox(['ada']);
    service = await aService(box);
    await policySays(true);
    await up();
  }
}, 60_000);

const moved = { from: 1, to: 2, token: 'r1/lxc12/ada/1/update' as Token };
const since = '2026-11-20T10:00:00.000Z';
const facts = (record_: Partial<LockerRecord> = {}, more: Partial<RewindFacts> = {}): RewindFacts => ({
  record: { ...NO_RECORD, moved, ...record_ },
  current: 2,
  wanted: true,
  held: false,
  frozen: false,
  irreversible: [],
  ...more,
});

test.each<[string, RewindFacts, string | null]>([
  ['a rollout brought it here', facts(), null],
  ['no policy for it', facts({}, { wanted: false }), 'no rewind'],
  ['a rollout runs', facts({}, { held: true }), 'holds the box'],
  ['changes are frozen', facts({}, { frozen: true }), 'frozen'],
  ['it is parked', facts({ parked: { by: 'local:jane', token: moved.token, since } }), 'dealt with'],
  ['it is owed', facts({ owed: { token: moved.token, from: 1, to: 2, since } }), 'dealt with'],
  ['nobody knows how it came here', facts({ moved: null }), 'no rollout brought it'],
  ['its link was moved since', facts({}, { current: 3 }), 'no rollout brought it'],
  ['it came from nothing', facts({ moved: { ...moved, from: null } }), 'no former version'],
  ['it was brought back from there', facts({ rewind: { from: 2, to: 1, token: moved.token, since, end: 'serving' } }), 'before'],
  ['from another one it may', facts({ rewind: { from: 4, to: 1, token: moved.token, since, end: 'serving' } }), null],
  ['a migration lies between', facts({}, { irreversible: ['2026-11-split-jobs'] }), '2026-11-split-jobs'],
])('may it be brought back where %s?', (_what, given, because) => {
  const verdict = mayRewind(given);
  if (because === null) expect(verdict).toEqual({ kind: 'rewind', from: 2, to: 1 });
  else expect(verdict).toMatchObject({ kind: 'stays', because: expect.stringContaining(because) });
});
