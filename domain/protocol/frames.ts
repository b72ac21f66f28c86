/**
 * The wire between an orchestrator (or lockerctl) and lockerd: JSON lines over a unix socket,
 * relayed byte for byte through one SSH channel. Many requests share a channel, told apart by id.
 *
 *   client → { hello: { protocol, client } }            once, first
 *   server → { hello: { protocol, lockerd, box, bootId } }   or { id: 0, fault }
 *   client → { id, verb, params, [token, generation, rollout] }
 *   server → { id, progress }*  then  { id, result } | { id, fault }
 *
 * A changing request (it has a token) goes on when the channel is gone; asking again with the
 * same token attaches to it.
 */
import { z } from 'zod';
import { Token } from '../model/ids';
import { FAULTS } from '../faults';
import type { FaultCode } from '../faults';

export const PROTOCOL = 1;
/** One line never exceeds this; a longer one closes the connection. */
export const MAX_LINE_BYTES = 4 * 1024 * 1024;

export const ClientHello = z.object({ hello: z.object({ protocol: z.int(), client: z.string().max(100) }) });
export const ServerHello = z.object({
  hello: z.object({ protocol: z.int(), lockerd: z.string(), box: z.string(), bootId: z.string() }),
});
export type ServerHello = z.infer<typeof ServerHello>;

export const Request = z.strictObject({
  id: z.int().positive(),
  verb: z.string().max(40),
  params: z.unknown(),
  /** Only changing verbs: who holds the lease, and the request's lasting name. */
  change: z.strictObject({ token: Token, holder: z.string().max(80), generation: z.int().positive() }).optional(),
});
export type Request = z.infer<typeof Request>;

export const WireFault = z.strictObject({
  code: z.enum(Object.keys(FAULTS) as [FaultCode, ...FaultCode[]]),
  sentence: z.string(),
  cure: z.string(),
  evidence: z.array(z.string()),
});

export const Reply = z.union([
  z.strictObject({ id: z.int(), progress: z.string() }),
  z.strictObject({ id: z.int(), result: z.unknown() }),
  z.strictObject({ id: z.int(), fault: WireFault }),
]);
export type Reply = z.infer<typeof Reply>;
