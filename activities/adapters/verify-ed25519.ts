/** Ed25519 (RFC 8032) by Node's own OpenSSL. */
import { createPublicKey, verify } from 'node:crypto';
import type { ActivityPorts } from '../ports/activity-ports';

/** The DER of an Ed25519 public key is this and its 32 bytes (RFC 8410). */
const SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex');
const SIGNATURE = /^[A-Za-z0-9+/]{86}==$/;

/** false for whatever is no signature and no key, too. */
export const verifyEd25519: ActivityPorts['verifySignature'] = ({ key, text, signature }) => {
  const raw = Buffer.from(key, 'base64');
  if (raw.length !== 32 || !SIGNATURE.test(signature)) return false;
  const publicKey = createPublicKey({ key: Buffer.concat([SPKI_HEAD, raw]), format: 'der', type: 'spki' });
  return verify(null, Buffer.from(text, 'utf8'), publicKey, Buffer.from(signature, 'base64'));
};
