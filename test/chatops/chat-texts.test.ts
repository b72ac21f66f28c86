/** What chat shows, as goldens: the message of a rollout from its first look to its end, and the answers to `status`. */
import { mrkdwn, mrkdwnLines } from '../../chatops/slack/mrkdwn';
import { rolloutMessage } from '../../chatops/render/rollout-message';
import type { Block } from '../../chatops/render/block';
import type { RenderedMessage, RolloutPicture } from '../../chatops/render/rollout-message';
import { ringText, usersToRing } from '../../chatops/render/ring-text';
import { statusWords } from '../../chatops/render/status-words';
import { fold } from '../../domain/decide/fold';
import type { RolloutEvent } from '../../domain/decide/rollout-event';
import { startProgress } from '../../domain/decide/start-progress';
import { briefOf } from '../../domain/operator/approval-brief';
import { statusOf } from '../../domain/operator/rollout-status';
import type { RolloutView } from '../../domain/operator/rollout-view';
import type { RolloutStatus } from '../../domain/model/status';
import { STORY, aFinished, aLocker, aStatus } from '../starters/statuses';
import { aPlan } from '../support/builders';
import { expectGolden } from '../support/golden';

const changes = {
  code: ['4eef65f Answer sooner', 'f943f9c Sync <b>contacts</b> & photos', '9dedb23 Say hello to <!channel>'],
  config: ['93f645c Greet the owner'],
};
const plan = {
  ...aPlan({ lockers: 4, policy: { batches: [1, 'rest'], maxDown: 2, approvers: ['ann', 'bob'], fourEyes: true }, changes }),
  digest: 'd'.repeat(64) as never,
};
const webUi = 'http://127.0.0.1:8233/namespaces/default/workflows/box%2Flxc12';
const of = (now: RolloutPicture['now'], more: Partial<RolloutPicture> = {}) =>
  rolloutMessage({ now, last: null, plan, brief: null, by: 'ann@desk', webUi, ...more });

/** As a person sees it, a block under the other; what a button carries below it. */
function shown({ text, blocks }: RenderedMessage): string {
  return [`(${text})`, ...blocks.flatMap(blockLines), ''].join('\n');
}

function blockLines(block: Block): string[] {
  const { type, text, elements } = block as unknown as {
    type: string;
    text?: { text: string };
    elements?: Record<string, never>[];
  };
  const own = text === undefined ? [] : text.text.split('\n');
  const inner = (elements ?? []).flatMap((element) => {
    const {
      type: kind,
      text: label,
      value,
      confirm,
    } = element as unknown as { type: string; text: { text: string }; value: string; confirm: { text: { text: string } } };
    return kind === 'button' ? [`[${label.text}] "${confirm.text.text}"`, `  ${value}`] : [label as unknown as string];
  });
  return [`--- ${type}`, ...own, ...inner];
}

test.each(STORY.map((status, i) => [`${i + 1}-${status.state}`, status] as const))('the message at %s', (name, status) => {
  expectGolden(`chat/${name}.txt`, shown(of(status, status.planDigest === null ? { plan: null } : {})));
});

test('the message at a gate, with what an approver should see', () => {
  const policy = { batches: [1, 'rest' as const], soak: { canary: '0s' }, approvers: ['ann'] };
  // Its own digest would be another one with each new rule of the product.
  const asked = { ...aPlan({ box: 'lxc12', lockers: 4, policy, changes }), digest: 'd'.repeat(64) as never };
  const [canary] = asked.batches[0]?.lockers ?? [];
  if (canary === undefined) throw new Error('no canary');
  const moved = { downMs: 1_240, killed: false, fromVersion: 1, toVersion: 2 };
  const events: RolloutEvent[] = [
    { kind: 'begin', locker: canary },
    { kind: 'drain', locker: canary, cycle: 1, outcome: { kind: 'idle', waitedMs: 1 } },
    { kind: 'update', locker: canary, cycle: 1, outcome: { kind: 'serving', ...moved } },
    { kind: 'verify', locker: canary, cycle: 1, outcome: { kind: 'healthy', build: 'b', tookMs: 1 } },
  ];
  const at = Date.parse('2026-11-20T10:00:00.000Z');
  const progress = events.reduce((before, event) => fold(asked, before, event, at), startProgress(asked, at));
  const by = 'zoe@desk';
  const view: RolloutView = { box: asked.box, rollout: 'r1', by, phase: 'walking', plan: asked, progress, now: at };
  const picture = { now: statusOf(view), brief: briefOf(view), plan: asked, by, last: null, webUi: null };
  expectGolden('chat/brief.txt', shown(rolloutMessage(picture)));
  // One of another question is not shown.
  const other = picture.brief && { ...picture.brief, planDigest: 'e'.repeat(64) };
  expect(shown(rolloutMessage({ ...picture, brief: other }))).toContain('*Asked by* zoe@desk');
});

const shrink = { id: 'shrink', when: 'all-halted', reversible: false, stage: 'waiting' } as const;

test('a point of no return is said in the message, at the button, and to whom it rings', () => {
  const now = aStatus({ ...STORY[3], gate: { batch: 1, sinceMs: 5 }, migrations: [shrink], pointOfNoReturn: 'ahead' });
  const text = shown(of(now));
  expect(text).toContain('*Migrations* shrink waiting; POINT OF NO RETURN ahead');
  expect(text).toContain('[Approve batch 1] "Batch 1 on lxc12 begins: 1 locker. A migration that nobody can undo is ahead."');
  expect(ringText(now, [])).toMatch(/; the point of no return is ahead$/);
  expect(statusWords(now)).toContain('migrations: shrink waiting; POINT OF NO RETURN ahead');
});

const last = STORY.at(-1) ?? null;
test.each([
  ['8-completed-with-exceptions', of(aFinished(), { last })],
  [
    '9-failed',
    of(
      aFinished({
        state: 'failed',
        counts: { ...aFinished().counts, planned: 0 },
        exceptions: [],
        fault: { code: 'HeldBy', sentence: 'lxc12 is held by local:bob.', cure: 'Wait.', evidence: [] },
      }),
      { plan: null, by: null, webUi: null },
    ),
  ],
  ['adjusted', of(aStatus({ ...STORY[3], overlay: { number: 2, actor: 'eve@desk', at: 1, rules: { maxDown: 1 } } }))],
  [
    'rejected',
    of(
      aStatus({
        ...STORY[3],
        state: 'held',
        holds: [
          {
            reason: 'rejected',
            sentence: 'bob@slack rejected batch 2: not today',
            liftedBy: ['approve', 'abort'],
            locker: null,
            since: 1,
          },
        ],
      }),
    ),
  ],
])('the message %s', (name, message) => {
  expectGolden(`chat/${name}.txt`, shown(message));
});

test('the answers to status', () => {
  expectGolden('chat/status.txt', [...STORY.map(statusWords), statusWords(aFinished()), ''].join('\n\n'));
});

const asking = (status: RolloutStatus) => of(status).blocks.some(({ type }) => type === 'actions');

test('buttons stand only while a gate waits', () => {
  expect(STORY.map((status) => [status.state, asking(status)]).filter(([, shows]) => shows)).toEqual([
    ['waiting-for-approval', true],
  ]);
  expect(asking(aStatus({ ...STORY[3], state: 'paused' }))).toBe(false);
});

const ruled = (policy: Partial<typeof plan.policy>) => ({
  ...plan,
  policy: { ...plan.policy, approvers: null, fourEyes: false, ...policy },
});

describe('who is rung at a gate', () => {
  const people = {
    ann: { roles: ['approve'], slack: 'U0ANN' },
    bob: { roles: ['admin'], slack: 'U0BOB' },
    eve: { roles: ['view', 'oncall'], slack: 'U0EVE' },
    zoe: { roles: ['approve'] },
  };

  test.each([
    ['all who may approve from chat', ruled({}), ['U0ANN', 'U0BOB']],
    ['of these the approvers', ruled({ approvers: ['bob', 'eve', 'zoe'] }), ['U0BOB']],
    ['also one who is an approver only from here', ruled({ approvers: ['ann@slack', 'bob@desk'] }), ['U0ANN']],
    ['not who started it, with four eyes', ruled({ fourEyes: true }), ['U0BOB']],
    ['where there is no plan, all', null, ['U0ANN', 'U0BOB']],
  ])('%s', (_who, given, users) => {
    expect(usersToRing(people, given, 'ann@desk')).toEqual(users);
  });

  test('once, and again with each reminder', () => {
    const now = STORY[3] ?? aStatus();
    const gate = { batch: 2, sinceMs: Date.parse('2026-11-20T10:00:00Z') };
    expect(ringText({ ...now, gate }, ['U0ANN', 'U0BOB'])).toBe(
      '<@U0ANN> <@U0BOB> batch 2 of 2 on lxc12 (3 lockers) waits for an approval',
    );
    expect(ringText({ ...now, gate: { ...gate, reminders: 2 } }, [])).toBe(
      'batch 2 of 2 on lxc12 (3 lockers) still waits for an approval, since 2026-11-20T10:00Z (reminder 2)',
    );
    expect(ringText({ ...now, gate: null }, ['U0ANN'])).toBeNull();
  });
});

test('300 lockers, 60 batches, long commits and many troubles still are a message that Slack takes', () => {
  const lockers = Array.from({ length: 300 }, (_, i) =>
    aLocker(`locker-${i}`, { batch: Math.floor(i / 5) + 1, stage: 'ended', end: 'restored', reason: 'no '.repeat(500) }),
  );
  const long = Array.from({ length: 200 }, (_, i) => `${i} ${'&'.repeat(500)}`);
  const status = aStatus({
    state: 'waiting-for-approval',
    gate: { batch: 31, sinceMs: 5 },
    batch: { number: 30, of: 60 },
    lockers,
    counts: { ...aStatus().counts, planned: 300, restored: 300 },
    holds: Array.from(
      { length: 30 },
      () => ({ reason: 'failures', sentence: '<'.repeat(900), liftedBy: ['resume'], locker: null, since: 1 }) as const,
    ),
  });
  const { text, blocks } = of(status, { plan: { ...plan, changes: { code: long, config: long } } });
  expect(text.length).toBeLessThan(3_000);
  expect(blocks.length).toBeLessThan(50);
  for (const { text: inner } of blocks as unknown as { text?: { text: string } }[])
    expect(inner?.text.length ?? 1).toBeLessThanOrEqual(3_000);
  const values = JSON.stringify(blocks).match(/"value":"[^}]*}"/g) ?? [];
  expect(values).toHaveLength(2);
  for (const value of values) expect(value.length).toBeLessThan(2_000);
});

test("other people's words call nobody and make no link", () => {
  expect(mrkdwn('<!channel> & <https://evil.example|click>')).toBe('&lt;!channel&gt; &amp; &lt;https://evil.example|click&gt;');
  expect(mrkdwn('a\u001b[31m\nb')).toBe('a [31m b');
  expect(mrkdwn('&'.repeat(10), 4)).toBe('&amp;&amp;&amp;…');
  expect(mrkdwnLines('one\n  two <3')).toBe('one\n  two &lt;3');
});
