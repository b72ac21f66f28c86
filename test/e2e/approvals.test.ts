/** Approvals that mean something: four eyes, signatures, replays; judged by what the lockers answer. */
import { generateKeyPairSync } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { userInfo } from 'node:os';
import { parse, stringify } from 'yaml';
import { assertionText } from '../../domain/operator/assertion';
import { openSigner, signApproval } from '../../starters/operations/sign-approval';
import type { ApproveMessage } from '../../workflows/messages';
import { anInstallation, finishedOf } from '../support/installation';
import type { Installation } from '../support/installation';
import { temporalCli } from '../support/temporal-cli';

jest.setTimeout(300_000);

const ME = userInfo().username;
const policy = {
  maxDown: 1,
  batches: [1],
  verify: { stable: '1s', goodProbes: 2, deadline: '30s' },
  soak: { canary: '0s', batch: '0s' },
  gates: 'every',
  approvers: ['role:oncall', ME],
  fourEyes: true,
  identity: 'proven',
};
let here: Installation;
const keyFile = (name: string) => join(here.sandbox.dir, `${name}.pem`);

beforeAll(async () => {
  here = await anInstallation({ lockers: 4 });
  await changeFleet((fleet) => {
    fleet.people = { ann: { roles: ['oncall'] } };
    fleet.identity = { keys: { ann: { key: '', actors: ['ann'] }, me: { key: '', actors: [ME] } } };
    for (const service of Object.values<Loose>(fleet.services)) service.policy = { ...service.policy, ...policy };
  });
  const [ann, me] = [await makeKey('ann'), await makeKey('me')];
  await makeKey('mallory');
  await changeFleet(({ identity }) => {
    identity.keys.ann.key = ann;
    identity.keys.me.key = me;
  });
});
afterAll(() => here?.close());

// A fleet file is edited here as a person would.
// oxlint-disable-next-line typescript/no-explicit-any
type Loose = any;
async function changeFleet(change: (fleet: Loose) => void): Promise<void> {
  const { fleetFile } = here.sandbox;
  const fleet: Loose = parse(await readFile(fleetFile, 'utf8'));
  change(fleet);
  await writeFile(fleetFile, stringify(fleet));
}
async function makeKey(name: string): Promise<string> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  await writeFile(keyFile(name), privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 });
  // As openssl prints it.
  return publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
}

const builds = () => Promise.all(here.sandbox.lockers.map((locker) => here.sandbox.revision(locker)));
const changed = async (old: readonly string[]) => (await builds()).filter((now, index) => now !== old[index]).length;
const approveAs = (key: string, ...more: string[]) => here.lockstep('approve', '--sign-with', keyFile(key), ...more);
const ann = (...more: string[]) => approveAs('ann', '--as', 'ann', ...more);

interface Waiting {
  readonly rollout: string;
  readonly planDigest: string;
  readonly gate: { readonly batch: number; readonly opening: number } | null;
}
async function waitsFor(batch: number): Promise<Waiting> {
  const ended = await here.lockstep('watch', '--json');
  const last = finishedOf(ended) as unknown as Waiting;
  expect({ code: ended.code, gate: last.gate }).toEqual({ code: 3, gate: expect.objectContaining({ batch }) });
  return last;
}

/** As somebody sends it who has listened: by Temporal's own command line, which knows nothing of ours. */
const send = (message: ApproveMessage) =>
  temporalCli(here.env, [
    'workflow',
    'signal',
    '--workflow-id',
    `box/${here.sandbox.box}`,
    '--name',
    'approve',
    '--input',
    JSON.stringify(message),
  ]);
async function lastNote(): Promise<string> {
  const { objects } = await here.lockstep('status', '--json');
  const { notes = [] } = (objects.at(-1) ?? {}) as { notes?: string[] };
  return notes.filter((note) => note.includes('a signal changed nothing')).at(-1) ?? '';
}

test('only a second pair of eyes with its own key lets a batch begin, once', async () => {
  await here.sandbox.commit({ message: 'a change that is approved' });
  const old = await builds();
  const without = await here.rollout('--yes', '--gate', 'none');
  expect(without.code).toBe(2);
  expect(without.stdout).toContain('would take away a gate (every)');
  expect((await here.rollout('--yes', '--reason', 'the fix for the queue')).code).toBe(3);
  const { rollout, planDigest, gate } = await waitsFor(2);

  const status = await here.lockstep('status');
  expect(status.stdout).toContain('the fix for the queue');
  expect(status.stdout).toContain(`may be approved by ann or ${ME}; not by who starts it; signed`);
  expect(status.stdout).toMatch(/Next +1 locker, at most 1 down at once/);

  const wrong: [Promise<{ code: number | null; stderr: string }>, string][] = [
    [here.lockstep('approve'), 'must be proven (identity: proven). Approve from the chat or the console, or sign it'],
    [approveAs('me'), 'somebody else has to approve (four eyes)'],
    [approveAs('mallory', '--key', 'ann', '--as', 'ann'), 'its signature is not that of the key ann'],
    [approveAs('me', '--as', 'ann'), 'the key me speaks for'],
    [ann('--batch', '3'), 'it is too early for batch 3'],
    [ann('--digest', 'f'.repeat(64)), 'it names the plan ffffffffffff'],
    [approveAs('nobody', '--as', 'ann'), 'can not be used to sign'],
    [here.lockstep('approve', '--as', 'ann'), '--as goes with --sign-with'],
  ];
  for (const [ended, why] of wrong) {
    const { code, stderr } = await ended;
    expect(code).not.toBe(0);
    expect(stderr).toContain(why);
  }
  await send({ actor: 'ann', batch: 2, planDigest });
  expect(await lastNote()).toContain('ann is only a claim');
  expect(await changed(old)).toBe(1);

  // The right one, as a message that somebody else could listen to.
  const signer = openSigner(keyFile('ann'));
  const proof = signApproval(signer, {
    rollout,
    batch: 2,
    digest: planDigest,
    overlay: 0,
    opening: gate?.opening ?? 0,
    actor: 'ann',
  });
  const message = { actor: 'ann', batch: 2, planDigest, ...proof };
  await send(message);
  const third = await waitsFor(3);
  expect(await changed(old)).toBe(2);

  await send(message);
  expect(await lastNote()).toContain('batch 2 was approved already by ann');
  const { nonce } = JSON.parse(proof.assertion) as { nonce: string };
  const said = {
    v: 1,
    rollout,
    batch: 3,
    digest: planDigest,
    overlay: 0,
    opening: third.gate?.opening ?? 0,
    actor: 'ann',
    nonce,
    at: Date.now(),
  } as const;
  const again = assertionText(said);
  await send({ ...message, batch: 3, assertion: again, signature: signer.sign(again) });
  expect(await lastNote()).toContain('its nonce was used already, for batch 2');
  const old3 = assertionText({ ...said, nonce: 'another-nonce-another', at: Date.now() - 3_600_000 });
  await send({ ...message, batch: 3, assertion: old3, signature: signer.sign(old3) });
  expect(await lastNote()).toContain('more than 10m ago');
  expect(await changed(old)).toBe(2);

  // A key that is taken out of the fleet file counts no more, at once.
  const file = await readFile(here.sandbox.fleetFile, 'utf8');
  await changeFleet(({ identity }) => void delete identity.keys.ann);
  expect((await ann()).stderr).toContain('there is no key ann in identity.keys of the fleet file');
  expect(await changed(old)).toBe(2);
  await writeFile(here.sandbox.fleetFile, file);

  expect((await ann()).code).toBe(0);
  await waitsFor(4);
  const adjusted = await here.lockstep('adjust', '--gates', 'none');
  expect(adjusted.stderr).toContain('it would take away the gate before batch 4');
  expect((await ann()).code).toBe(0);
  expect((await here.lockstep('watch', '--json')).code).toBe(0);
  expect(await changed(old)).toBe(4);
});
