/**
 * lockerd's state machine, walked at random: requests, repeats, reorderings, take-overs, deaths at
 * every write, on a box whose lockers, LXC and disk misbehave. A failing walk prints its seed:
 * LOCKSTEP_SEED=… walks it again.
 */
import * as fc from 'fast-check';
import { command } from './commands';
import { checkEnd } from './end';
import type * as FakeFs from './fake-fs';
import type * as FakeFsPromises from './fake-fs-promises';
import type * as FakeHttp from './fake-http';
import type * as FakeNet from './fake-net';
import { fakeGlobalTimers } from './fake-timers';
import type * as FakeTimers from './fake-timers';
import { makeWalk } from './walk';

jest.mock('node:fs', () => jest.requireActual<typeof FakeFs>('./fake-fs').fakeFs());
jest.mock('node:fs/promises', () => jest.requireActual<typeof FakeFsPromises>('./fake-fs-promises').fakeFsPromises());
jest.mock('node:http', () => jest.requireActual<typeof FakeHttp>('./fake-http').fakeHttp());
jest.mock('node:net', () => jest.requireActual<typeof FakeNet>('./fake-net').fakeNet());
jest.mock('node:os', () => jest.requireActual<typeof FakeNet>('./fake-net').fakeOs());
jest.mock('node:timers/promises', () => jest.requireActual<typeof FakeTimers>('./fake-timers').fakeTimersPromises());

/** Of some thirty steps each: more than 10,000 in all. */
const WALKS = 400;
const RUNS = Number(process.env['LOCKSTEP_WALKS'] ?? WALKS);
const seed = Number(process.env['LOCKSTEP_SEED'] ?? Date.now() % 1_000_000_000);
/** Of one walk, as a failure prints it. */
const path = process.env['LOCKSTEP_PATH'];

let restore: () => void;
beforeAll(() => {
  restore = fakeGlobalTimers();
});
afterAll(() => restore());

test('whatever is asked in whatever order, and whenever lockerd dies, each effect happens once and no locker stays down', async () => {
  let steps = 0;
  const commands = fc.array(command, { minLength: 1, maxLength: 70, size: 'max' });
  await fc.assert(
    fc.asyncProperty(commands, async (drawn) => {
      const walk = await makeWalk();
      const { referee } = walk.world;
      try {
        for (const one of drawn) {
          steps += 1;
          await walk.step(one);
          if (referee.violations.length > 0) break;
        }
        if (referee.violations.length === 0) await checkEnd(walk);
      } finally {
        await walk.world.close();
      }
      if (referee.violations.length > 0) throw new Error([...referee.violations, ...referee.trace.slice(-120)].join('\n'));
    }),
    { seed, numRuns: RUNS, ...(path === undefined ? {} : { path, endOnFailure: true }) },
  );
  process.stdout.write(`${steps} steps of lockerd, LOCKSTEP_SEED=${seed}\n`);
  if (path === undefined && RUNS === WALKS) expect(steps).toBeGreaterThanOrEqual(10_000);
}, 1_200_000);
