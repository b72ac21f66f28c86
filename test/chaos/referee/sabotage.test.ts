/**
 * Can the referee fail? Eight deliberately broken builds on a real box, each caught by the
 * invariant that it breaks, and the same scenes with the good build without a violation.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bundleBox } from '../../../box/bundle';
import { runCli } from '../../support/cli';
import { makeSandbox } from '../../support/sandbox';
import type { Sandbox } from '../../support/sandbox';
import { bundleWith, runLockerd } from './broken-lockerd';
import { aDirectRollout } from './direct-rollout';
import { startReferee, violationLines } from './referee';
import type { Violation } from './referee';
import { copyProduct, PRODUCT, rollOut } from './product-copy';
import { MAX_DOWN_PLUS_ONE, SABOTAGES } from './sabotages';
import type { Sabotage } from './sabotages';

jest.setTimeout(240_000);

const LIMITS = { maxDown: 2, maxUnproven: 6 };
/** Work in flight at any moment, so that no stop is over at once. */
/** One at a time: the start lane lets two begin on any machine that these tests run on, so that it hides nothing. */
const ONE_DOWN = { maxDown: 1, maxUnproven: 6 };
const POLICY = {
  batches: ['rest'],
  ...ONE_DOWN,
  pressure: { cpuSomeAvg10: 100, memoryAvailable: 0 },
  drain: { timeout: '20s', onTimeout: 'proceed' },
  verify: { stable: '500ms', goodProbes: 2, deadline: '60s' },
  soak: { canary: '0s' },
  gates: 'none',
};
const VALUES = { startCpuMs: 20, jobEveryMs: 400, jobMedianMs: 700, jobSigma: 0.1 };
const PATIENCE_MS = 20_000;
const SERVES_WITHIN_MS = 120_000;

let sandbox: Sandbox;
let good: string;

beforeAll(async () => {
  sandbox = await makeSandbox({ lockers: 6, values: VALUES });
  good = await bundleBox();
});
afterAll(() => sandbox.down());
/** A broken build may have left the box in any state. */
beforeEach(async () => {
  await runLockerd(sandbox, good);
  // Other suites may load this machine.
  await sandbox.exec('lxc-start-all', '--force', '--cpu-pressure', '100');
  const until = performance.now() + SERVES_WITHIN_MS;
  const allServe = async () => (await Promise.all(sandbox.lockers.map((locker) => sandbox.health(locker)))).every(Boolean);
  while (!(await allServe())) {
    if (performance.now() > until) throw new Error('not all lockers serve');
    await sleep(100);
  }
});

async function judged({ scene, end = 'ended', deadManMs }: Sabotage, bundle: string): Promise<Violation[]> {
  await runLockerd(sandbox, bundle, deadManMs);
  const referee = await startReferee(sandbox);
  try {
    const rollout = await aDirectRollout(sandbox);
    await scene(rollout);
    if (end === 'ended') await rollout.end();
    rollout.close();
    return await referee.judge({ limits: LIMITS, end, patienceMs: PATIENCE_MS });
  } finally {
    await referee.stop();
  }
}

describe.each(SABOTAGES.map((sabotage) => [sabotage.name, sabotage] as const))('%s', (_, sabotage) => {
  test('is no matter with the good build', async () => {
    expect(violationLines(await judged(sabotage, good))).toEqual([]);
  });

  test(`is caught by ${sabotage.caughtBy}`, async () => {
    const found = await judged(sabotage, await bundleWith(sabotage.edits));
    if (sabotage.spoils) await sandbox.exec('lxc-stop-all', '--force', sabotage.spoils);
    expect(found.map(({ invariant }) => invariant)).toContain(sabotage.caughtBy);
  });
});

describe('maxDown + 1', () => {
  const home = mkdtempSync(join(tmpdir(), 'lockstep-home-'));
  const env = { LOCKSTEP_HOME: home, LOCKSTEP_BIN: join(PRODUCT, '.lockstep/bin') };
  let copy: string | null = null;

  beforeAll(async () => {
    // Longer down than their drains differ: those that begin together are down together.
    await sandbox.writeFleet({ policy: POLICY, values: { ...VALUES, startCpuMs: 1_000 } });
  });
  afterAll(async () => {
    await runCli('down', [], env);
    for (const folder of [home, copy]) if (folder) rmSync(folder, { recursive: true, force: true });
  });

  const rolled = async (product: string) => {
    const { build } = await sandbox.commit({ message: 'Roll on' });
    const referee = await startReferee(sandbox);
    try {
      const { state, counts, exceptions } = await rollOut(product, sandbox, env);
      const found = await referee.judge({
        limits: ONE_DOWN,
        end: 'ended',
        counts: { ...counts },
        exceptions,
        build: build ?? '',
      });
      return { state, found };
    } finally {
      await referee.stop();
    }
  };

  test('is no matter with the good worker', async () => {
    const { state, found } = await rolled(PRODUCT);
    expect({ state, found: violationLines(found) }).toEqual({ state: 'succeeded', found: [] });
  });

  test('is caught by I1', async () => {
    copy = await copyProduct(MAX_DOWN_PLUS_ONE);
    const { found } = await rolled(copy);
    expect(found.map(({ invariant }) => invariant)).toContain('I1');
  });
});
