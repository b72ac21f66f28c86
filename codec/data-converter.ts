/** The one data converter of clients and workers, as LOCKSTEP_PAYLOAD_KEYS says. */
import type { DataConverter } from '@temporalio/common';
import { keyRingFrom } from './key-ring';
import { makePayloadCodec } from './payload-codec';

/** Without keys too: it then encrypts nothing, and says what is missing when it meets what is encrypted. Faults: PayloadKeysInvalid. */
export function dataConverterFrom(env: NodeJS.ProcessEnv): DataConverter {
  const ring = keyRingFrom(env);
  const payloadCodecs = [makePayloadCodec(ring)];
  return ring === null ? { payloadCodecs } : { payloadCodecs, failureConverterPath: require.resolve('./failure-converter.ts') };
}
