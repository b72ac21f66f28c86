/** Approval from chat on a real box: what a click did is what the lockers answer, not what any of us says. */
import { setTimeout as sleep } from 'node:timers/promises';
import { addPeople, aChat } from '../support/chat';
import type { Chat } from '../support/chat';
import { buttonOf, clickRequest, startFakeSlack } from '../support/fake-slack';
import type { FakeMessage, FakeSlack } from '../support/fake-slack';
import { anInstallation, finishedOf } from '../support/installation';
import type { Installation } from '../support/installation';

jest.setTimeout(300_000);

const policy = {
  maxDown: 2,
  batches: [1, 'rest'],
  verify: { stable: '1s', goodProbes: 2, deadline: '30s' },
  soak: { canary: '0s', batch: '0s' },
  gates: 'canary',
  identity: 'proven',
};
const PEOPLE = { ann: { roles: ['approve'], slack: 'U000ANN' }, eve: { roles: ['view'], slack: 'U000EVE' } };

let here: Installation;
let slack: FakeSlack;
let chat: Chat;
beforeAll(async () => {
  slack = await startFakeSlack();
  here = await anInstallation({ lockers: 3, policy });
  chat = await aChat({ slack, fleetFile: here.sandbox.fleetFile, env: here.env });
  await addPeople(here.sandbox.fleetFile, PEOPLE, chat.publicKey);
  // Before there is any server: it waits for one.
  await chat.start();
});
afterAll(async () => {
  await chat?.close();
  await slack?.close();
  await here?.close();
});
beforeEach(() => here.sandbox.commit({ message: expect.getState().currentTestName ?? 'a change' }));

const builds = () => Promise.all(here.sandbox.lockers.map((locker) => here.sandbox.revision(locker)));
const changedSince = async (before: readonly string[]) => (await builds()).filter((now, i) => now !== before[i]).length;

async function eventually<T>(what: string, look: () => T | null | undefined | false): Promise<T> {
  const end = performance.now() + 90_000;
  for (;;) {
    const found = look();
    if (found !== null && found !== undefined && found !== false) return found;
    if (performance.now() > end)
      throw new Error(`${what} never came about\n${JSON.stringify(slack.messages, null, 1)}\n${chat.log()}`);
    await sleep(100);
  }
}
const asking = (nth: number) =>
  eventually(`message ${nth} with its buttons`, () => {
    const found = slack.messages[nth];
    return found !== undefined && buttonOf(found, 'approve') !== null && found;
  });
const value = (message: FakeMessage) => buttonOf(message, 'approve') ?? '';

async function click(carried: string, user: string): Promise<string> {
  const request = clickRequest(chat.url, slack, { user, action: 'approve', value: carried });
  expect((await request.send()).status).toBe(200);
  const { text, ephemeral } = await eventually('the answer', () => slack.replies.find(({ url }) => url === request.reply));
  expect(ephemeral).toBe(true);
  return text;
}

test('a Slack-signed click approves a canary; the same again, an old one, a forged one and one of somebody else do not', async () => {
  const before = await builds();
  expect((await here.rollout('--yes')).code).toBe(3);
  expect(await changedSince(before)).toBe(1);
  const message = await asking(0);
  expect(JSON.stringify(message.blocks)).toContain('batch 1 (canary): 1 locker: 1 updated');

  const by = { user: 'U000ANN', action: 'approve', value: value(message) } as const;
  const forged = clickRequest(chat.url, slack, by, { secret: 'guessed' });
  const old = clickRequest(chat.url, slack, by, { ageMs: 400_000 });
  for (const request of [forged, old]) expect((await request.send()).status).toBe(401);
  expect(await click(by.value, 'U000EVE')).toMatch(/needs the role approve/);
  // The command line has no key: from there it is only claimed, and refused.
  expect((await here.lockstep('approve', '--batch', '2')).stderr).toMatch(/only a claim/);
  expect(await changedSince(before)).toBe(1);

  const good = clickRequest(chat.url, slack, by);
  expect((await good.send()).status).toBe(200);
  expect((await good.send()).status).toBe(409);
  const watched = await here.lockstep('watch', '--json');
  expect(finishedOf(watched)).toMatchObject({ state: 'succeeded', counts: { updated: 3 } });
  expect(await changedSince(before)).toBe(3);
  expect(await click(by.value, 'U000ANN')).toMatch(/has ended: succeeded/);
  await eventually('the end in the message', () => message.text.includes('succeeded'));
  expect(slack.messages).toHaveLength(1);
});

test('with Slack away and chatops killed the rollout waits unharmed; the message comes late and its click counts', async () => {
  const before = await builds();
  await slack.goAway();
  expect((await here.rollout('--yes')).code).toBe(3);
  await eventually('the complaint', () => chat.log().includes('can not be delivered to slack now'));
  await chat.kill();
  expect((await here.lockstep('status')).code).toBe(3);
  expect(await Promise.all(here.sandbox.lockers.map((locker) => here.sandbox.health(locker)))).toEqual([true, true, true]);
  expect(await changedSince(before)).toBe(1);
  await chat.start();
  await slack.comeBack();
  const message = await asking(1);
  expect(await click(value(message), 'U000ANN')).toBe('Batch 2 may begin.');
  expect(finishedOf(await here.lockstep('watch', '--json'))).toMatchObject({ state: 'succeeded' });
  expect(await changedSince(before)).toBe(3);
  await eventually('the end in the message', () => message.text.includes('succeeded'));
  expect(slack.messages).toHaveLength(2);
});
