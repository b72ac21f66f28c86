/** People, their roles, and the keys that prove who they are. */
import { Fault } from '../../../domain/faults';
import { parseFleet } from '../../../domain/model/parse-fleet';
import { approverNames, identityKeyOf } from '../../../domain/model/people';
import { policyOf } from '../../../domain/model/policy-of';

const KEY32 = '11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=';

const fleetOf = (more: string, policy = '{}') =>
  parseFleet(
    `version: 1
policy: ${policy}
${more}
services:
  locker:
    code: { repo: git/locker.git, ref: stable }
    config: { repo: git/locker-config.git, ref: stable }
    port: 8042
    probe: { path: / }
boxes:
  lxc12: { service: locker, ssh: { host: 10.0.0.1 } }
`,
    '/fleet/fleet.yaml',
  );

function evidenceOf(work: () => unknown): readonly string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof Fault) return error.evidence;
    throw error;
  }
  throw new Error('it was parsed');
}

const PEOPLE = `people:
  cleo: { roles: [oncall] }
  ann: { roles: [approve, oncall], slack: U012AB3CD }
  bob: {}`;

test('a role is everybody who has it, sorted, and nobody is listed twice', () => {
  const { people } = fleetOf(PEOPLE);
  expect(approverNames(people, ['ann', 'role:oncall', 'bob@desk'])).toEqual(['ann', 'cleo', 'bob@desk']);
});

test('roles are resolved while it is planned, so that the digest covers who may approve', () => {
  const fleet = fleetOf(PEOPLE, '{ approvers: ["role:oncall"], fourEyes: true }');
  expect(policyOf(fleet, 'lxc12', {})).toMatchObject({ approvers: ['ann', 'cleo'], fourEyes: true, identity: 'claimed' });
});

test('whoever starts it can not say who approves, nor how he is known', () => {
  const fleet = fleetOf(PEOPLE, '{ approvers: [ann], fourEyes: true, identity: proven }');
  const asked = { approvers: ['mallory'], fourEyes: false, identity: 'claimed', maxDown: 2 } as const;
  expect(policyOf(fleet, 'lxc12', { ...asked, approvers: ['mallory'] })).toMatchObject({
    approvers: ['ann'],
    fourEyes: true,
    identity: 'proven',
    maxDown: 2,
  });
});

test('identity.required stands above every policy', () => {
  const fleet = fleetOf(`identity: { required: true, keys: { chat: "${KEY32}" } }`, '{ identity: claimed }');
  expect(policyOf(fleet, 'lxc12', {}).identity).toBe('proven');
});

test('a key speaks for anybody, or for those whom it names', () => {
  const { identity } = fleetOf(`identity: { keys: { chat: "${KEY32}", ann: { key: "${KEY32}", actors: [ann] } } }`);
  expect(identityKeyOf(identity, 'chat')).toEqual({ key: KEY32, actors: null });
  expect(identityKeyOf(identity, 'ann')).toEqual({ key: KEY32, actors: ['ann'] });
  expect(identityKeyOf(identity, 'constructor')).toBeNull();
  const whole = fleetOf(`identity: { keys: { chat: "MCowBQYDK2VwAyEA${KEY32}" } }`);
  expect(identityKeyOf(whole.identity, 'chat')).toEqual({ key: KEY32, actors: null });
});

test.each([
  ['a key of another length', `identity: { keys: { chat: "${KEY32.slice(4)}" } }`, '{}', 'identity.keys.chat: '],
  ['a private key', 'identity: { keys: { chat: "-----BEGIN PRIVATE KEY-----" } }', '{}', 'identity.keys.chat: '],
  ['a role that nobody has', PEOPLE, '{ approvers: [ann, "role:boss"] }', 'policy.approvers.1: names the role "boss"'],
  ['one chat user as two people', `${PEOPLE}\n  dan: { slack: U012AB3CD }`, '{}', 'people.dan.slack: is the Slack user of ann'],
  ['a name that is no name', 'people: { "ann@desk": {} }', '{}', 'this name can not be used'],
  ['a display name as a Slack id', 'people: { ann: { slack: "@ann" } }', '{}', 'a Slack user id such as U012AB3CD'],
])('%s is refused with its place', (_what, more, policy, sentence) => {
  expect(evidenceOf(() => fleetOf(more, policy))).toEqual([expect.stringContaining(sentence)]);
});
