/**
 * Signs approvals: for the chat and the console, which know by themselves who clicked, and for a person
 * with a key of his own at the command line. The public half stands in the fleet file (`identity.keys`).
 */
import { createPrivateKey, randomUUID, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { Fault } from '../../domain/faults';
import { assertionText } from '../../domain/operator/assertion';
import type { Asserted, Proof } from '../../domain/operator/assertion';

export interface Signer {
  /** Its id in the fleet file. */
  readonly key: string;
  sign(text: string): string;
}

/** `file`: PEM, as `openssl genpkey -algorithm ed25519` writes it. `id` null: the file's name without its ending. Fault: SigningKeyInvalid. */
export function openSigner(file: string, id: string | null = null): Signer {
  const key = privateKeyIn(file);
  return { key: id ?? basename(file).replace(/\.[^.]+$/, ''), sign: (text) => signed(text, key) };
}

const signed = (text: string, key: KeyObject): string => sign(null, Buffer.from(text, 'utf8'), key).toString('base64');

/** Of what was looked at: a batch, a plan and an adjustment as they were shown, not as they are by now. */
export function signApproval(signer: Signer, asserted: Asserted): Proof {
  const { rollout, batch, digest, overlay, opening, actor } = asserted;
  const assertion = assertionText({ v: 1, rollout, batch, digest, overlay, opening, actor, nonce: randomUUID(), at: Date.now() });
  return { assertion, signature: signer.sign(assertion), key: signer.key };
}

function privateKeyIn(file: string): KeyObject {
  const key = readKey(file);
  if (key.asymmetricKeyType !== 'ed25519') throw unusable(file, `it is a key of the kind ${key.asymmetricKeyType}, not ed25519`);
  return key;
}

function readKey(file: string): KeyObject {
  try {
    // As ssh does: a key that others can read proves nobody.
    if ((statSync(file).mode & 0o077) !== 0) throw new Error('others than its owner can read it (chmod 600)');
    return createPrivateKey(readFileSync(file));
  } catch (error) {
    throw unusable(file, (error as Error).message);
  }
}

const unusable = (file: string, why: string): Fault =>
  new Fault('SigningKeyInvalid', `The key file ${file} can not be used to sign: ${why}.`);
