/** Payloads as the Web UI and `temporal` send them: JSON with bytes in base64, there and back. */
import type { Payload } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { z } from 'zod';

const Request = z.object({
  payloads: z.array(z.object({ metadata: z.record(z.string(), z.base64()).optional(), data: z.base64().optional() })).max(10_000),
});

const proto = temporal.api.common.v1.Payload;

export async function recode(body: string, convert: (payloads: Payload[]) => Promise<Payload[]>): Promise<unknown> {
  const { payloads } = Request.parse(JSON.parse(body));
  const converted = await convert(payloads.map((payload) => proto.fromObject(payload)));
  return { payloads: converted.map((payload) => proto.toObject(proto.fromObject(payload), { bytes: String })) };
}
