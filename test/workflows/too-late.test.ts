/** A message whose sender gave up is kept by the server and given to the next worker: it counts until it says itself, and no longer. */
import { connect } from '../../embedded/connect';
import { openDoor } from '../../starters/operations/door';
import type { Door } from '../../starters/operations/door';
import { sendAbort, sendApprove } from '../../starters/operations/send';
import { abort, approve, approveSignal } from '../../workflows/messages';
import { aPlan } from '../support/builders';
import { aFakeRolloutBox } from '../support/fake-rollout-box';
import type { FakeRolloutBox } from '../support/fake-rollout-box';
import { inState, openWorld, resultOf, until } from '../support/rollout-world';
import type { boxRollout } from '../../workflows/box-rollout';
import type { RolloutHandle, RolloutWorld } from '../support/rollout-world';
import { startTemporal } from '../support/temporal-server';
import type { TestServer } from '../support/temporal-server';

jest.setTimeout(240_000);
let server: TestServer;
let world: RolloutWorld;
const boxes: Record<string, FakeRolloutBox> = {};
beforeAll(async () => {
  server = await startTemporal();
  world = await openWorld({ server });
});
afterAll(async () => {
  await world.close();
  await server.stop();
});

async function waiting(name: string): Promise<{ handle: RolloutHandle; planDigest: string }> {
  const plan = aPlan({
    box: name,
    lockers: 2,
    policy: { batches: [1, 'rest'], gates: 'canary', soak: { canary: '0s', batch: '0s' } },
  });
  boxes[name] = aFakeRolloutBox({ plan });
  const handle = await world.start(name, boxes[name]);
  await until(handle, inState('waiting-for-approval'));
  return { handle, planDigest: plan.digest };
}
const unheard = (what: string) => ({
  code: 'WorkerMissing',
  evidence: expect.arrayContaining([
    expect.stringMatching(new RegExp(`^the ${what} may still be carried out if a worker takes it up before 20`)),
  ]),
});
const ago = () => new Date(Date.now() - 1_000).toISOString();

test('one that comes after its time is refused, by update and by signal, and the status says so', async () => {
  const { handle, planDigest } = await waiting('late');
  const late = { actor: 'ann', batch: 2, planDigest, validUntil: ago() };
  await expect(handle.executeUpdate(approve, { args: [late] })).rejects.toMatchObject({
    cause: { type: 'MessageRefused', message: expect.stringContaining('approve is refused: it was to count until') },
  });
  await handle.signal(approveSignal, late);
  const { state, notes } = await until(handle, (now) => now.notes.length === 2);
  expect(state).toBe('waiting-for-approval');
  expect(notes[0]).toContain('a message of ann changed nothing: approve is refused: it was to count until');
  expect(notes[1]).toContain('a signal changed nothing: approve is refused: it was to count until');
  const wrong = handle.executeUpdate(approve, { args: [{ ...late, validUntil: 'soon' }] });
  await expect(wrong).rejects.toMatchObject({ cause: { message: expect.stringContaining('approve takes "validUntil"') } });
  await handle.executeUpdate(approve, {
    args: [{ actor: 'ann', batch: 2, planDigest, validUntil: new Date(Date.now() + 60_000).toISOString() }],
  });
  await expect(resultOf(handle)).resolves.toMatchObject({ state: 'succeeded' });
});

test('abort, then approve, with no worker to take them up: the person is told until when each counts, and the worker that comes later carries out neither', async () => {
  const { handle, planDigest } = await waiting('nobody');
  await world.close();
  const connection = await connect({ address: server.address });
  const door: Door = openDoor({ connection, address: server.address, namespace: 'default', webUi: null });
  const quick = { validForMs: 1_000 };
  const sent = [
    expect(sendAbort(door, 'nobody', { actor: 'ann' }, quick)).rejects.toMatchObject(unheard('abort')),
    expect(sendApprove(door, 'nobody', { actor: 'ann', batch: 2, planDigest }, quick)).rejects.toMatchObject(unheard('approve')),
  ];
  await Promise.all(sent);
  world = await openWorld({ server, boxes });
  const anew: RolloutHandle = world.client.workflow.getHandle<typeof boxRollout>(handle.workflowId);
  const now = await until(anew, ({ notes }) => notes.length === 2);
  expect(now.state).toBe('waiting-for-approval');
  expect(now.notes.toSorted()).toEqual([
    expect.stringContaining('a message of ann changed nothing: abort is refused: it was to count until'),
    expect.stringContaining('a message of ann changed nothing: approve is refused: it was to count until'),
  ]);
  await anew.executeUpdate(abort, { args: [{ actor: 'ann' }] });
  expect(await resultOf(anew)).toMatchObject({ state: 'aborted' });
  await connection.close();
});
