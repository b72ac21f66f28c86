/** Signatures: made by the product's own signer, checked with the keys of the fleet file. */
import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyEd25519 } from '../../activities/adapters/verify-ed25519';
import type { IdentityProof } from '../../activities/contract';
import { makeProveIdentity } from '../../activities/prove-identity';
import { Fault } from '../../domain/faults';
import { BoxName } from '../../domain/model/ids';
import { IdentityInput } from '../../domain/model/people';
import type { Proof } from '../../domain/operator/assertion';
import { parseAssertion } from '../../domain/operator/assertion';
import { openSigner, signApproval } from '../../starters/operations/sign-approval';
import { anActivityEnvironment } from '../support/activity-environment';
import { aFleet } from '../support/builders';

const folder = mkdtempSync(join(tmpdir(), 'lockstep-keys-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Its public half, as the fleet file has it. */
function makeKey(name: string): string {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  writeFileSync(join(folder, `${name}.pem`), privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 });
  return publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64');
}
const fileOf = (name: string) => join(folder, `${name}.pem`);
const keys = { chat: makeKey('chat'), ann: { key: makeKey('ann'), actors: ['ann'] } };
makeKey('mallory');

const box = BoxName.parse('lxc12');
const asserted = { rollout: 'r-1', batch: 2, digest: 'a'.repeat(64), overlay: 0, opening: 0, actor: 'ann@desk' };

function prove(proof: Proof, actor = 'ann@desk'): Promise<IdentityProof> {
  const fleet = { read: () => Promise.resolve({ ...aFleet(), identity: IdentityInput.parse({ keys }) }) };
  const activity = makeProveIdentity({ fleet, verifySignature: verifyEd25519 });
  return anActivityEnvironment().run<[], IdentityProof, () => Promise<IdentityProof>>(() => activity({ box, actor, ...proof }));
}

test.each(['chat', 'ann'])('what %s signed is proven', async (name) => {
  const proof = signApproval(openSigner(fileOf(name)), asserted);
  expect(proof.key).toBe(name);
  expect(parseAssertion(proof.assertion)).toMatchObject(asserted);
  expect(await prove(proof)).toEqual({ kind: 'proven' });
});

test('two assertions never have the same nonce', () => {
  const signer = openSigner(fileOf('chat'));
  const [one, other] = [signApproval(signer, asserted), signApproval(signer, asserted)].map(({ assertion }) =>
    parseAssertion(assertion),
  );
  expect(one).not.toMatchObject({ nonce: (other as { nonce: string }).nonce });
});

const right = () => signApproval(openSigner(fileOf('chat')), asserted);
test.each<[string, () => Proof, string]>([
  ['an unknown key', () => ({ ...right(), key: 'mail' }), 'there is no key mail in identity.keys'],
  ['a key whose name is in every object', () => ({ ...right(), key: 'constructor' }), 'there is no key constructor'],
  ['the wrong key', () => ({ ...right(), key: 'ann' }), 'its signature is not that of the key ann'],
  [
    'a stranger under a known name',
    () => signApproval(openSigner(fileOf('mallory'), 'chat'), asserted),
    'is not that of the key chat',
  ],
  [
    'a changed text',
    () => ({ ...right(), assertion: right().assertion.replace('"batch":2', '"batch":3') }),
    'its signature is not',
  ],
  ['one sign more', () => ({ ...right(), assertion: `${right().assertion} ` }), 'its signature is not'],
  ['a signature that is none', () => ({ ...right(), signature: 'yes' }), 'its signature is not'],
  [
    'an empty signature of the right length',
    () => ({ ...right(), signature: Buffer.alloc(64).toString('base64') }),
    'its signature is not',
  ],
])('%s proves nobody', async (_what, make, why) => {
  expect(await prove(make())).toEqual({ kind: 'not-proven', why: expect.stringContaining(why) });
});

test('a personal key speaks for its own person only', async () => {
  const proof = signApproval(openSigner(fileOf('ann')), { ...asserted, actor: 'bob' });
  expect(await prove(proof, 'bob')).toEqual({ kind: 'not-proven', why: 'the key ann speaks for ann only, not for bob.' });
});

test.each<[string, () => string, string]>([
  ['a file that is not there', () => fileOf('nobody'), 'ENOENT'],
  [
    'a file that others can read',
    () => {
      makeKey('open');
      chmodSync(fileOf('open'), 0o644);
      return fileOf('open');
    },
    'chmod 600',
  ],
  [
    'a key of another kind',
    () => {
      const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      writeFileSync(fileOf('ec'), privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 });
      return fileOf('ec');
    },
    'of the kind ec, not ed25519',
  ],
])('%s can not sign: SigningKeyInvalid', (_what, file, why) => {
  const named = file();
  expect(() => openSigner(named)).toThrow(Fault);
  expect(() => openSigner(named)).toThrow(why);
  expect(() => openSigner(named)).toThrow(expect.objectContaining({ code: 'SigningKeyInvalid' }) as Error);
});
