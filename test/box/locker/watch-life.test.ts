import type { BoxContext } from '../../../box/context';
import { watchLife } from '../../../box/locker/watch-life';
import type { Ran } from '../../../box/run';
import { LockerName } from '../../../domain/model/ids';
import { aServiceConfig } from '../../support/builders';

const L01 = LockerName.parse('l01');
const EVERY_MS = 1_000;
const service = aServiceConfig({ alive: { exec: ['is-alive'], withinMs: 20_000, restart: false } });

let now: number;
let ran: Partial<Ran>;
let asked: number;
beforeEach(() => {
  now = 0;
  ran = { code: 0 };
  asked = 0;
});

const aBox = () =>
  ({
    now: () => now,
    log: () => {},
    lxc: {
      attach: async (_: string, argv: readonly string[]): Promise<Ran> => {
        asked += 1;
        return { argv, code: 0, stdout: '', stderr: '', timedOut: false, tookMs: 1, startError: null, ...ran };
      },
    },
  }) as unknown as BoxContext;

const aWatch = () => watchLife(aBox(), L01, { service, everyMs: EVERY_MS });

/** Asked each second for so long; the last answer. */
async function watched(watch: ReturnType<typeof aWatch>, forMs: number): Promise<string | null> {
  for (let waited = 0; waited <= forMs; waited += EVERY_MS) {
    watch.dead();
    await new Promise((resolve) => void setImmediate(resolve));
    now += EVERY_MS;
  }
  return watch.dead();
}

test('one that lives is not dead, and is asked once in a while', async () => {
  expect(await watched(aWatch(), 60_000)).toBeNull();
  expect(asked).toBeLessThanOrEqual(62);
});

test('one that lived, and twice in a row does not, is dead, and why is told', async () => {
  const watch = aWatch();
  await watched(watch, 2_000);
  ran = { code: 3 };
  expect(await watched(watch, 3_000)).toMatch(/is-alive.*exit 3/);
});

test('one that does not live yet has its time to begin', async () => {
  ran = { code: 3 };
  const watch = aWatch();
  expect(await watched(watch, 10_000)).toBeNull();
  expect(await watched(watch, 12_000)).toMatch(/exit 3/);
});

test('one that its init has restarted by the second look is not dead', async () => {
  const watch = aWatch();
  for (let round = 0; round < 10; round += 1) {
    ran = { code: round % 2 === 0 ? 0 : 3 };
    expect(await watched(watch, 0)).toBeNull();
  }
});

test.each<[string, Partial<Ran>]>([
  ['could not be run', { code: 127 }],
  ['came to no end', { code: null, timedOut: true }],
])('a command that %s says nothing', async (_, unclear) => {
  const watch = aWatch();
  await watched(watch, 2_000);
  ran = unclear;
  expect(await watched(watch, 60_000)).toBeNull();
});

test('one that lives again is not dead any more', async () => {
  const watch = aWatch();
  await watched(watch, 2_000);
  ran = { code: 3 };
  await watched(watch, 5_000);
  ran = { code: 0 };
  expect(await watched(watch, 2_000)).toBeNull();
});

test('a service whose init is its application is asked nothing', async () => {
  const watch = watchLife(aBox(), L01, { service: aServiceConfig(), everyMs: EVERY_MS });
  expect(await watched(watch, 60_000)).toBeNull();
  expect(asked).toBe(0);
});
