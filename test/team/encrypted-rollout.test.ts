/**
 * What Temporal stores of a rollout, searched for a word that was in everything a rollout says: locker names, reasons,
 * failures, summaries, details, memo. With encryption off it must be found, or the search proves nothing.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { dataConverterFrom } from '../../codec/data-converter';
import { startCodecServer } from '../../codec/codec-server';
import { keyRingFrom } from '../../codec/key-ring';
import { makePayloadCodec } from '../../codec/payload-codec';
import { Fault } from '../../domain/faults';
import type { Plan } from '../../domain/model/plan';
import { connect } from '../../embedded/connect';
import { openDoor } from '../../starters/operations/door';
import { statusOf } from '../../starters/operations/status-of';
import { abort, approve, pause, resume } from '../../workflows/messages';
import { aPlan } from '../support/builders';
import { aFakeRolloutBox, throwFault, UNHEALTHY } from '../support/fake-rollout-box';
import { aKeyLine } from '../support/payload-keys';
import { startTemporal } from '../support/temporal-server';
import type { boxRollout } from '../../workflows/box-rollout';
import { inState, openWorld, resultOf, until } from '../support/rollout-world';
import type { RolloutWorld } from '../support/rollout-world';

jest.setTimeout(240_000);
const exec = promisify(execFile);
const MARKER = 'zanzibar';
const NO_SOAK = { canary: '0s', batch: '0s' };
const keys = { LOCKSTEP_PAYLOAD_KEYS: 'env:KEYS', KEYS: aKeyLine('k1') };

/** One that ends well after a pause, and one that fails; each says the marker in all that it says. */
async function talk(world: RolloutWorld, box: string): Promise<void> {
  const policy = { batches: ['rest' as const], maxDown: 1, gates: 'none' as const, soak: NO_SOAK };
  const plain = aPlan({ box, lockers: 4, policy, changes: { code: [MARKER], config: [] } });
  const plan = JSON.parse(JSON.stringify(plain).replaceAll('locker-', `${MARKER}-`)) as Plan;
  const red = { ...UNHEALTHY, evidence: [`${MARKER} answered`] };
  const first = plan.batches[0]?.lockers[0] as string;
  const fake = aFakeRolloutBox({
    plan,
    stepMs: 60,
    verify: { [first]: ({ cycle }) => (cycle === 1 ? red : { kind: 'healthy', build: MARKER, tookMs: 1 }) },
  });
  const handle = await world.start(box, fake, { by: MARKER });
  await until(handle, inState('held'));
  await handle.executeUpdate(resume, { args: [{ actor: MARKER, reason: MARKER }] });
  await until(handle, ({ counts }) => counts.updated >= 1);
  await handle.executeUpdate(pause, { args: [{ actor: MARKER, reason: MARKER }] });
  await handle.executeUpdate(abort, { args: [{ actor: MARKER }] });
  await resultOf(handle);
  const failing = aFakeRolloutBox({ plan, stage: async () => throwFault('BuildFailed', `The build of ${MARKER} failed.`) });
  await world.start(`${box}-failing`, failing, { by: MARKER }).then((failed) => failed.result().catch(() => null));
}

/** All of the database and its write-ahead log. */
const stored = (world: RolloutWorld): string =>
  ['temporal.db', 'temporal.db-wal'].map((file) => readFileSync(join(world.server.folder, file), 'latin1')).join('');

describe('with keys', () => {
  let world: RolloutWorld;
  beforeAll(async () => {
    world = await openWorld({ dataConverter: dataConverterFrom(keys) });
    await talk(world, 'encrypted');
  });
  afterAll(() => world.close());

  test('the database does not have the word, only the key id', () => {
    expect(stored(world)).not.toContain(MARKER);
    expect(stored(world)).toContain('encryption-key-id');
  });

  test('who has the key reads it all', async () => {
    const connection = await connect({ address: world.server.address });
    const options = { connection, address: world.server.address, namespace: 'default', webUi: null };
    const status = await statusOf(openDoor({ ...options, dataConverter: dataConverterFrom(keys) }), 'encrypted');
    expect(JSON.stringify(status)).toContain(MARKER);
    const without = statusOf(openDoor({ ...options, dataConverter: dataConverterFrom({}) }), 'encrypted');
    await expect(without).rejects.toMatchObject({ code: 'PayloadKeyUnknown' });
    await expect(without).rejects.toBeInstanceOf(Fault);
    await connection.close();
  });

  test('a failure keeps its sentence for who has the key, and shows none to others', async () => {
    const failing = world.client.workflow.getHandle('box/encrypted-failing');
    const failure = await failing.result().catch((error: { cause?: Error }) => error.cause);
    expect((failure as Error).message).toContain(MARKER);
    const shown = await exec(world.server.binary, [
      'workflow',
      'show',
      '-w',
      'box/encrypted-failing',
      '--address',
      world.server.address,
      '--output',
      'json',
    ]);
    expect(shown.stdout).toContain('Encoded failure');
    expect(shown.stdout).not.toContain(MARKER);
  });

  test('through the codec server `temporal` reads it too', async () => {
    const server = await startCodecServer({ codec: makePayloadCodec(keyRingFrom(keys)), token: 'token', port: 0, origins: [] });
    const where = ['--address', world.server.address, '--codec-endpoint', server.endpoint];
    const shown = await exec(world.server.binary, ['workflow', 'show', '-w', 'box/encrypted', '--output', 'json', ...where]);
    await server.close();
    const values = [...shown.stdout.matchAll(/"data": "([^"]+)"/g)].map(([, data]) =>
      Buffer.from(data as string, 'base64').toString(),
    );
    expect(values.join('\n')).toContain(MARKER);
  });
});

test('without keys the word is found: the search can fail', async () => {
  const world = await openWorld();
  try {
    await talk(world, 'plain');
    expect(stored(world)).toContain(MARKER);
  } finally {
    await world.close();
  }
});

test('a rollout that began before encryption was switched on goes on with it, and a plain signal is heard', async () => {
  const server = await startTemporal();
  try {
    const plan = aPlan({ box: 'switched', policy: { gates: 'every', batches: [1, 5, 'rest'], soak: NO_SOAK } });
    const box = aFakeRolloutBox({ plan });
    const before = await openWorld({ server });
    await until(await before.start('switched', box), inState('waiting-for-approval'));
    await before.close();

    const world = await openWorld({ server, boxes: { switched: box }, dataConverter: dataConverterFrom(keys) });
    const handle = world.client.workflow.getHandle<typeof boxRollout>('box/switched');
    await handle.executeUpdate(approve, { args: [{ actor: 'ann', batch: 2, planDigest: plan.digest }] });
    await until(handle, ({ counts, state }) => state === 'waiting-for-approval' && counts.updated === 6);
    const input = JSON.stringify({ batch: 3, planDigest: plan.digest });
    await exec(server.binary, [
      'workflow',
      'signal',
      '-w',
      'box/switched',
      '--name',
      'approve',
      '--input',
      input,
      '--address',
      server.address,
    ]);
    await expect(handle.result()).resolves.toMatchObject({ state: 'succeeded' });
    await world.close();
  } finally {
    await server.stop();
  }
});
