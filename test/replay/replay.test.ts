/**
 * Saved histories replayed against today's workflow code: a change that would break a running
 * rollout fails here. One is added for each released change of the workflow or of domain/decide:
 * LOCKSTEP_UPDATE_HISTORIES=<name> records it.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporal } from '@temporalio/proto';
import { Worker } from '@temporalio/worker';
import { aPlan } from '../support/builders';
import { aFakeRolloutBox, neverIdle, UNHEALTHY } from '../support/fake-rollout-box';
import { inState, installQuietRuntime, openWorld, ownBundle, resultOf, until } from '../support/rollout-world';
import { approve, pause, resume } from '../../workflows/messages';

jest.setTimeout(300_000);
const folder = join(__dirname, 'histories');
const record = process.env['LOCKSTEP_UPDATE_HISTORIES'];
const saved = () => readdirSync(folder).filter((name) => name.endsWith('.history'));
/** As protobuf: the SDK's own JSON conversion fails ("type must be a Type") where its packages have a protobufjs each. */
const { History } = temporal.api.history.v1;

/** A red canary, a resume, a gate, a pause with a drain taken back: most of what a rollout can meet. */
async function recordHistory(name: string): Promise<void> {
  const world = await openWorld();
  try {
    const plan = aPlan({
      box: 'replay',
      lockers: 5,
      policy: { batches: [1, 'rest'], soak: { canary: '1s', batch: '0s' }, gates: 'canary', maxDown: 2 },
    });
    const [canary, second] = [plan.batches[0]?.lockers[0] as string, plan.batches[1]?.lockers[0] as string];
    const box = aFakeRolloutBox({
      plan,
      verify: { [canary]: ({ cycle }) => (cycle === 1 ? UNHEALTHY : { kind: 'healthy', build: 'old', tookMs: 1 }) },
      drain: { [second]: ({ cycle }) => (cycle === 1 ? neverIdle() : { kind: 'idle', waitedMs: 1 }) },
    });
    const handle = await world.start('replay', box);
    await until(handle, inState('held'));
    await handle.executeUpdate(resume, { args: [{ actor: 'ann' }] });
    await until(handle, inState('waiting-for-approval'));
    await handle.executeUpdate(approve, { args: [{ actor: 'ann', batch: 2, planDigest: plan.digest }] });
    await until(handle, ({ counts }) => counts.updated >= 1);
    await handle.executeUpdate(pause, { args: [{ actor: 'ann' }] });
    await until(handle, ({ lockers }) => lockers.every(({ stage }) => stage === 'waiting' || stage === 'ended'));
    await handle.executeUpdate(resume, { args: [{ actor: 'ann' }] });
    await resultOf(handle);
    writeFileSync(join(folder, `${name}.history`), History.encode(await handle.fetchHistory()).finish());
  } finally {
    await world.close();
  }
}

test('there are saved histories', async () => {
  if (record) await recordHistory(record);
  expect(saved().length).toBeGreaterThan(0);
});

test('every saved history replays', async () => {
  installQuietRuntime();
  const workflowBundle = await ownBundle();
  for (const name of saved()) {
    const history = History.decode(readFileSync(join(folder, name)));
    await Worker.runReplayHistory({ workflowBundle, replayName: name }, history, 'box/replay');
  }
});
