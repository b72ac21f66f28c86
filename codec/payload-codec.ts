/**
 * Payloads as AES-256-GCM of their whole protobuf form: what Temporal stores shows neither a value nor its encoding.
 * A payload that we did not encrypt goes through as it is: what was there before encryption was switched on, and what
 * a person signals from the Web UI. Without keys, plain ones pass and an encrypted one is a fault that says so.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { Fault } from '../domain/faults';
import { SETTING } from './key-ring';
import type { KeyRing } from './key-ring';

/** The names that Temporal's own samples and tools use, so that the Web UI knows what it sees. */
const ENCODING = 'binary/encrypted';
const KEY_ID = 'encryption-key-id';
const CIPHER = 'aes-256-gcm';
/** GCM's own sizes: 96 bits of nonce, 128 of tag. A random nonce is good for 2^32 payloads of one key. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const TAG = { authTagLength: TAG_BYTES };

const proto = temporal.api.common.v1.Payload;

export function makePayloadCodec(ring: KeyRing | null): PayloadCodec {
  return {
    encode: async (payloads) => (ring === null ? payloads : payloads.map((payload) => encrypt(payload, ring))),
    decode: async (payloads) => payloads.map((payload) => (isEncrypted(payload) ? decrypt(payload, ring) : payload)),
  };
}

const text = (bytes: Uint8Array | null | undefined): string => (bytes ? Buffer.from(bytes).toString('utf8') : '');
const isEncrypted = (payload: Payload): boolean => text(payload.metadata?.['encoding']) === ENCODING;
/** Binds a ciphertext to the id that it is filed under. */
const boundTo = (id: string): Buffer => Buffer.from(`${ENCODING} ${id}`);

function encrypt(payload: Payload, { current }: KeyRing): Payload {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, current.key, nonce, TAG).setAAD(boundTo(current.id));
  const data = Buffer.concat([nonce, cipher.update(proto.encode(payload).finish()), cipher.final(), cipher.getAuthTag()]);
  return { metadata: { encoding: Buffer.from(ENCODING), [KEY_ID]: Buffer.from(current.id) }, data };
}

function decrypt(payload: Payload, ring: KeyRing | null): Payload {
  const id = text(payload.metadata?.[KEY_ID]);
  const key = ring?.byId.get(id)?.key;
  if (key === undefined) throw unknownKey(id, ring);
  const data = Buffer.from(payload.data ?? []);
  try {
    const decipher = createDecipheriv(CIPHER, key, data.subarray(0, NONCE_BYTES), TAG).setAAD(boundTo(id));
    decipher.setAuthTag(data.subarray(-TAG_BYTES));
    return proto.decode(Buffer.concat([decipher.update(data.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]));
  } catch {
    throw new Fault('PayloadKeyUnknown', `The payload key ${id} here is another one than the one that encrypted.`, {
      evidence: [`ids: ${[...(ring?.byId.keys() ?? [])].join(', ')}`],
    });
  }
}

function unknownKey(id: string, ring: KeyRing | null): Fault {
  if (ring === null)
    return new Fault('PayloadKeyUnknown', `A payload is encrypted with the key ${id}, and ${SETTING} is not set here.`);
  const known = [...ring.byId.keys()].join(', ');
  return new Fault('PayloadKeyUnknown', `A payload is encrypted with the key ${id}, which is not here.`, {
    evidence: [`ids: ${known}`],
  });
}
