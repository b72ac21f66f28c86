/** Adds or removes one locker, by a short workflow on the workers: nobody here dials a box. */
import { randomUUID } from 'node:crypto';
import type { BoxName, LockerName } from '../../domain/model/ids';
import { lockerIdOf } from '../../workflows/messages';
import type { LockerChanged, LockerRequest } from '../../workflows/messages';
import { askByWorkflow } from './ask-by-workflow';
import type { Door } from './door';

/** A start may wait for a loaded box, a stop for its locker's work. */
const WITHIN_MS = 60 * 60_000;
/** What a box records of who asks. */
const BY_CHARACTERS = 200;

export interface ChangeLocker {
  readonly box: BoxName;
  readonly locker: LockerName;
  readonly by: string;
  readonly reason?: string | undefined;
  readonly change: LockerRequest['change'];
}

export async function changeLocker(door: Door, { box, locker, by, reason, change }: ChangeLocker): Promise<LockerChanged> {
  const request: LockerRequest = {
    box,
    locker,
    change,
    holder: `${change.kind}-locker:${randomUUID()}`,
    by: (reason === undefined ? by : `${by}: ${reason}`).slice(0, BY_CHARACTERS),
  };
  const summary = `${change.kind} ${locker} on ${box}, by ${request.by}`;
  return askByWorkflow(door, box, { type: 'boxLocker', id: lockerIdOf(box), request, summary, withinMs: WITHIN_MS });
}
