/** Asks the lockers of a box their checks, by a short workflow on the workers: nobody here dials a box. */
import { randomUUID } from 'node:crypto';
import type { ChecksAnswer } from '../../activities/contract';
import { checkIdOf } from '../../workflows/messages';
import type { CheckRequest } from '../../workflows/messages';
import { askByWorkflow } from './ask-by-workflow';
import type { Door } from './door';

/** For starting the workflow and its look at the box. */
const MARGIN_MS = 120_000;
/** Of a box that no one has counted: as many requests as 300 lockers need. */
const REQUESTS = 25;

export async function checkBox(door: Door, request: CheckRequest): Promise<ChecksAnswer> {
  const withinMs = MARGIN_MS + REQUESTS * request.longestMs;
  const id = checkIdOf(request.box, randomUUID().slice(0, 8));
  return askByWorkflow(door, request.box, { type: 'boxCheck', id, request, withinMs: withinMs + 5_000, endsWithinMs: withinMs });
}
