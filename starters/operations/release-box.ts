/** Ends a lease that was left behind on a box, by short workflows on the workers: nobody here dials a box. */
import { randomUUID } from 'node:crypto';
import type { BoxLook } from '../../activities/contract';
import type { BoxName } from '../../domain/model/ids';
import { lookIdOf, releaseIdOf } from '../../workflows/messages';
import type { Released, ReleaseRequest } from '../../workflows/messages';
import { askByWorkflow } from './ask-by-workflow';
import type { Door } from './door';

const LOOK_WITHIN_MS = 120_000;
/** Owed lockers come up through the start lane, which may wait for a loaded box. */
const RELEASE_WITHIN_MS = 30 * 60_000;
/** What a box records of who asks. */
const BY_CHARACTERS = 200;

export async function lookAtBox(door: Door, box: BoxName): Promise<BoxLook> {
  const id = lookIdOf(box, randomUUID().slice(0, 8));
  const times = { withinMs: LOOK_WITHIN_MS + 5_000, endsWithinMs: LOOK_WITHIN_MS };
  return askByWorkflow(door, box, { type: 'boxLook', id, request: box, ...times });
}

export interface ReleaseBox {
  readonly box: BoxName;
  readonly by: string;
  readonly reason?: string;
  /** What was seen of it: another holder is not thrown out. */
  readonly look: BoxLook;
}

export async function releaseBox(door: Door, { box, by, reason, look }: ReleaseBox): Promise<Released> {
  const request: ReleaseRequest = {
    box,
    holder: `release-box:${randomUUID()}`,
    by: (reason === undefined ? by : `${by}: ${reason}`).slice(0, BY_CHARACTERS),
    expectedHolder: look.lease?.holder ?? null,
  };
  const summary = `release of ${box}, by ${request.by}`;
  return askByWorkflow(door, box, { type: 'boxRelease', id: releaseIdOf(box), request, summary, withinMs: RELEASE_WITHIN_MS });
}
