/**
 * What the steps in flight say just now: the newest line from the box of each, which no workflow code can
 * see, and how often a step has been tried. Out of the server's description of the workflow.
 */
import type { WorkflowExecutionDescription } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { Payload, PayloadCodec } from '@temporalio/common';

type Pending = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];

/** The server gives failures that are encrypted this message. */
const ENCRYPTED = 'Encoded failure';

/** One sentence each, no two the same; none of a step that has nothing to say yet. */
export async function stepsNow({ raw }: WorkflowExecutionDescription, codecs: readonly PayloadCodec[]): Promise<string[]> {
  const said = await Promise.all((raw.pendingActivities ?? []).map((pending) => sentenceOf(pending, codecs)));
  return [...new Set(said.filter((sentence) => sentence !== ''))];
}

async function sentenceOf({ attempt, lastFailure, heartbeatDetails }: Pending, codecs: readonly PayloadCodec[]): Promise<string> {
  const line = await lineOf(heartbeatDetails?.payloads?.[0], codecs);
  const tried = attempt ?? 1;
  if (tried < 2) return line;
  const why = lastFailure?.message && lastFailure.message !== ENCRYPTED ? `: ${lastFailure.message}` : '';
  return `${line === '' ? '' : `${line}; `}attempt ${tried}${why}`;
}

/** As activities/run-activity.ts writes it. '': none, or of a key that is not here. */
async function lineOf(payload: Payload | undefined, codecs: readonly PayloadCodec[]): Promise<string> {
  if (payload === undefined) return '';
  try {
    let payloads = [payload];
    for (const codec of [...codecs].toReversed()) payloads = await codec.decode(payloads);
    const { line } = defaultPayloadConverter.fromPayload<{ line?: unknown }>(payloads[0] as Payload);
    return typeof line === 'string' ? line : '';
  } catch {
    return '';
  }
}
