/** The longest names, labels, reasons and actors: each value stays within what the server takes, and the rollout comes to its end. */
import { BoxName } from '../../domain/model/ids';
import { bytesOf, KEYWORD_BYTES, MEMO_BYTES } from '../../domain/model/bounded';
import { openDoor } from '../../starters/operations/door';
import { history } from '../../starters/operations/history';
import { startRollout } from '../../starters/operations/start-rollout';
import { approve, pause, resume } from '../../workflows/messages';
import { aPlan, aRelease } from '../support/builders';
import { aFakeRolloutBox } from '../support/fake-rollout-box';
import { inState, openWorld, resultOf, until } from '../support/rollout-world';
import type { boxRollout } from '../../workflows/box-rollout';
import type { RolloutHandle, RolloutWorld } from '../support/rollout-world';

jest.setTimeout(240_000);
let world: RolloutWorld;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

test.each([
  ['as many signs as a name of git may have', 'r', 'r'.repeat(300)],
  ['signs of four bytes', 'u', '🚀'.repeat(700)],
  ['quotes and line ends', 'q', '"\\\n'.repeat(900)],
])(
  'a label of %s, with actors and reasons as long: all within the limits, and the list learns of the end',
  async (_what, sign, long) => {
    const box = sign.repeat(32);
    const plan = aPlan({
      box,
      policy: { batches: [1, 'rest'], gates: 'canary', soak: { canary: '0s', batch: '0s' } },
      release: { ...aRelease(), label: long },
      lockers: 2,
    });
    const fake = aFakeRolloutBox({ plan });
    // So that the world knows the box; the one that counts is begun as the product begins it.
    await (await world.start(box, fake)).terminate();
    const { connection } = world.client;
    const door = openDoor({ connection, address: world.server.address, namespace: 'default', webUi: null });
    fake.lease = null;
    const request = { box: BoxName.parse(box), ref: long, policy: {}, by: `ann@${long}`, why: long, expectedDigest: null };
    await startRollout(door, { ...request, supersede: true });
    const handle: RolloutHandle = world.client.workflow.getHandle<typeof boxRollout>(`box/${box}`);
    await until(handle, inState('waiting-for-approval'));
    await handle.executeUpdate(pause, { args: [{ actor: long, reason: long }] });
    await handle.executeUpdate(resume, { args: [{ actor: long }] });
    await handle.executeUpdate(approve, { args: [{ actor: long, batch: 2, planDigest: plan.digest }] });
    expect(await resultOf(handle)).toMatchObject({ state: 'succeeded' });
    const { typedSearchAttributes, memo } = await handle.describe();
    const texts = typedSearchAttributes.getAll().flatMap(({ value }) => (typeof value === 'string' ? [value] : []));
    expect(texts.length).toBeGreaterThan(2);
    for (const text of texts) expect(bytesOf(text)).toBeLessThanOrEqual(KEYWORD_BYTES);
    for (const value of Object.values(memo ?? {})) expect(bytesOf(String(value))).toBeLessThanOrEqual(MEMO_BYTES);
    expect(await history(door, box, 1)).toMatchObject([{ state: 'succeeded' }]);
  },
);
