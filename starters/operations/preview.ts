/** The plan of a rollout that has not begun: a short workflow that only looks, so that the CLI dials no box itself. */
import { randomUUID } from 'node:crypto';
import type { PlanAnswer, PlanRequest } from '../../activities/contract';
import { previewIdOf } from '../../workflows/messages';
import { askByWorkflow } from './ask-by-workflow';
import type { Door } from './door';

/** Fetching the mirrors of a big repository over a slow link takes its time; nobody waits longer. */
const WITHIN_MS = 240_000;

export async function preview(door: Door, request: PlanRequest): Promise<PlanAnswer> {
  const id = previewIdOf(request.box, randomUUID().slice(0, 8));
  const times = { withinMs: WITHIN_MS + 5_000, endsWithinMs: WITHIN_MS };
  return askByWorkflow(door, request.box, { type: 'boxPreview', id, request, ...times });
}
