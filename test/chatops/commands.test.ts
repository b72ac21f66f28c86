/** What people type and click, and every refusal that needs no rollout to be asked. */
import { readButton } from '../../chatops/commands/button';
import type { CommandKind, Looked } from '../../chatops/commands/command';
import { parseCommandText } from '../../chatops/commands/parse-command';
import { personOfCaller, personOfSlack, refusePerson } from '../../chatops/commands/person';
import { staleAnswer } from '../../chatops/commands/stale-answer';
import { readWebhookCommand } from '../../chatops/webhooks/webhook-command';
import { BoxName } from '../../domain/model/ids';
import { aFleet } from '../support/builders';
import { aFinished, aStatus } from '../starters/statuses';

const boxes = ['lxc12', 'lxc13'].map((name) => BoxName.parse(name));
const box = 'lxc12';
const answer = { box, looked: null, batch: 2 };

test.each([
  ['', { kind: 'help' }],
  ['help', { kind: 'help' }],
  ['status', { kind: 'status', box: null }],
  ['  status   lxc12 ', { kind: 'status', box }],
  ['approve lxc12 2', { ...answer, kind: 'approve', digest: null, reason: null }],
  ['approve lxc12 2 0123456789ab', { ...answer, kind: 'approve', digest: '0123456789ab', reason: null }],
  ['reject lxc12 2 not before lunch', { ...answer, kind: 'reject', digest: null, reason: 'not before lunch' }],
  ['pause lxc12', { kind: 'pause', box, forMs: null, reason: null }],
  ['pause lxc12 for 2h the backup runs', { kind: 'pause', box, forMs: 7_200_000, reason: 'the backup runs' }],
  ['resume lxc12', { kind: 'resume', box, reason: null }],
  ['abort lxc12 wrong branch', { kind: 'abort', box, reason: 'wrong branch' }],
])('"%s" is understood', (text, command) => {
  expect(parseCommandText(text, boxes)).toEqual(command);
});

test.each([
  ['aprove lxc12 2', /no command "aprove" \(did you mean approve\?\)\. Say `help`/],
  ['constructor lxc12', /no command "constructor"/],
  ['pause', /needs a box: `pause <box>/],
  ['status lxc14', /no box "lxc14" here \(did you mean lxc12\?\); there are lxc12, lxc13/],
  ['status lxc12 please', /more than `status/],
  ['approve lxc12', /Name the batch/],
  ['approve lxc12 two', /Name the batch/],
  ['approve lxc12 0', /Name the batch/],
  ['approve lxc12 2 short', /12 or more of its digits/],
  ['approve lxc12 2 0123456789ab now', /12 or more of its digits/],
  ['pause lxc12 for ever', /Write how long/],
  ['pause lxc12 for 0s', /Write how long/],
  ['abort lxc12', /Say why/],
])('"%s" is answered with what is wrong with it', (text, says) => {
  expect(parseCommandText(text, boxes)).toMatch(says);
});

const people = {
  ann: { roles: ['approve'], slack: 'U012AB' },
  bob: { roles: ['operate', 'oncall'], slack: 'U034CD' },
  eve: { roles: [], slack: 'U056EF' },
  root: { roles: ['admin'] },
};
const fleet = { ...aFleet({ names: [box] }), people };

test('a person is who the fleet file maps the Slack user to, and nobody else', () => {
  expect(personOfSlack(fleet, 'U012AB')).toEqual({ actor: 'ann@slack', name: 'ann', roles: ['approve'] });
  expect(personOfSlack(fleet, 'U999ZZ')).toBe(
    'You (U999ZZ) are nobody that the fleet file knows: somebody has to add `slack: U999ZZ` to a person under `people`.',
  );
  expect(personOfSlack(fleet, 'ann')).toMatch(/nobody/);
});

test('a webhook speaks only for the people that it is given, if the fleet file has them', () => {
  const caller = { name: 'pager', people: ['ann', 'zoe', 'constructor'] };
  expect(personOfCaller(fleet, 'ann', caller)).toMatchObject({ actor: 'ann@pager', roles: ['approve'] });
  expect(personOfCaller(fleet, 'bob', caller)).toBe('pager may not speak for bob.');
  expect(personOfCaller(fleet, 'zoe', caller)).toBe('zoe is nobody that the fleet file knows.');
  expect(personOfCaller(fleet, 'constructor', caller)).toMatch(/nobody/);
});

const WHO: Readonly<Record<CommandKind, readonly string[]>> = {
  help: ['ann', 'bob', 'root'],
  status: ['ann', 'bob', 'root'],
  approve: ['ann', 'root'],
  reject: ['ann', 'root'],
  pause: ['bob', 'root'],
  resume: ['bob', 'root'],
  abort: ['bob', 'root'],
};
test.each(Object.entries(WHO))('%s is for %j alone', (kind, allowed) => {
  for (const [name, { roles }] of Object.entries(people)) {
    const refused = refusePerson({ name, roles, actor: `${name}@slack` }, kind as CommandKind);
    if (allowed.includes(name)) expect(refused).toBeNull();
    else expect(refused).toMatch(new RegExp(`^${kind} needs the role .*; ${name} has (none|[a-z, ]+)\\.$`));
  }
});

describe('a button is stale', () => {
  const now = aStatus({ state: 'waiting-for-approval', gate: { batch: 2, sinceMs: 5 } });
  const looked: Looked = { rollout: now.rollout, batch: 2, digest: now.planDigest ?? '', overlay: 0 };
  const overlay = { number: 1, actor: 'eve@desk', at: 5, rules: { maxDown: 1 } };
  const rejected = { reason: 'rejected', sentence: 'no', liftedBy: ['approve', 'abort'], locker: null, since: 9 } as const;

  test('not when all is as it was', () => {
    expect(staleAnswer(looked, now)).toBeNull();
    expect(staleAnswer({ ...looked, overlay: 1 }, { ...now, overlay })).toBeNull();
    expect(staleAnswer(looked, aStatus({ state: 'held', holds: [rejected] }))).toBeNull();
  });

  test.each([
    [
      'of another rollout',
      { ...looked, rollout: 'other' },
      now,
      'That button is of an earlier rollout of lxc12, which has ended.',
    ],
    ['of one that has ended', looked, aFinished({ state: 'aborted' }), 'That rollout of lxc12 has ended: aborted.'],
    [
      'of another plan',
      { ...looked, digest: 'e'.repeat(64) },
      now,
      'That button is of another plan (eeeeeeeeeeee); lxc12 walks the plan dddddddddddd now.',
    ],
    ['of another batch', { ...looked, batch: 3 }, now, 'That button is for batch 3; batch 2 waits now.'],
    ['answered', looked, aStatus(), 'Batch 2 of lxc12 has its answer already; nothing waits for one now (running).'],
    [
      'of other rules',
      looked,
      { ...now, overlay },
      'The rules were adjusted since that button was shown (overlay 1, by eve@desk). Look again.',
    ],
  ])('when it is %s', (_what, given, status, says) => {
    expect(staleAnswer(given, status)).toBe(says);
  });
});

test('a value that is none of ours is no button', () => {
  const good = { v: 1, box, rollout: 'r', batch: 2, digest: 'd'.repeat(64), overlay: 0 };
  expect(readButton(JSON.stringify(good))).toEqual(good);
  for (const bad of [
    '',
    'approve',
    '{}',
    JSON.stringify({ ...good, digest: 'd' }),
    JSON.stringify({ ...good, more: 1 }),
    JSON.stringify({ ...good, box: '../x' }),
  ])
    expect(readButton(bad)).toBeNull();
});

const body = (data: unknown, type = 'lockstep.command') =>
  Buffer.from(JSON.stringify({ type, timestamp: '2026-11-21T10:00:00Z', data }));

describe('a webhook', () => {
  const bound = { rollout: 'r', batch: 2, digest: 'd'.repeat(64), overlay: 0 };

  test('asks for the same as a person who types', () => {
    expect(readWebhookCommand(body({ command: 'approve', person: 'ann', box, ...bound }))).toEqual({
      person: 'ann',
      command: { kind: 'approve', box, batch: 2, digest: bound.digest, reason: null, looked: bound },
    });
    expect(readWebhookCommand(body({ command: 'pause', person: 'bob', box, for: '2h' }))).toEqual({
      person: 'bob',
      command: { kind: 'pause', box, forMs: 7_200_000, reason: null },
    });
    expect(readWebhookCommand(body({ command: 'status', person: 'bob' }))).toMatchObject({
      command: { kind: 'status', box: null },
    });
  });

  test.each([
    ['of another type', body({ command: 'status', person: 'ann' }, 'user.created'), /type/],
    ['for what nobody can say', body({ command: 'rollBack', person: 'ann', box }), /command/],
    ['of nobody', body({ command: 'resume', box }), /person/],
    ['that approves without naming the plan', body({ command: 'approve', person: 'ann', box, batch: 2 }), /rollout|digest/],
    ['that aborts without a reason', body({ command: 'abort', person: 'bob', box }), /reason/],
    ['that is no JSON', Buffer.from('approve'), /can not be read|expected/i],
  ])('%s is told what is wrong with it', (_what, given, says) => {
    expect(readWebhookCommand(given)).toMatch(says);
  });
});
