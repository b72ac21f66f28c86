/**
 * A finished verify, start or stage that is asked for again, such as by a retry whose answer got lost:
 * its result while it is still so. A drain has none: update looks itself whether its locker is idle.
 */
import { existsSync } from 'node:fs';
import type { LockerName } from '../../domain/model/ids';
import type { VerbResult } from '../../domain/protocol/verbs';
import type { Daemon } from '../daemon';
import { AGAIN } from '../jobs/jobs';
import type { Job as JobRecord } from '../journal/records';
import { laterMove } from './recall-move';

type Up = VerbResult<'verify'> | VerbResult<'start'>;
const WAS_UP: ReadonlySet<Up['kind']> = new Set<Up['kind']>(['healthy', 'serving', 'already']);

/** It was up, and is down now though nobody moved it: looked at again, that is told with its last words. */
export async function recallUp(daemon: Daemon, finished: JobRecord, result: Up): Promise<Up | typeof AGAIN> {
  const { locker } = finished.params as { locker: LockerName };
  if (!WAS_UP.has(result.kind) || laterMove(daemon, finished, locker)) return result;
  return (await daemon.lxc.see(locker)).init ? result : AGAIN;
}

/** What was staged may have been taken for garbage since. */
export function recallStage(
  daemon: Daemon,
  _finished: JobRecord,
  result: VerbResult<'stage'>,
): VerbResult<'stage'> | typeof AGAIN {
  const whole = result.versions.every(({ locker, version }) => existsSync(daemon.paths.version(locker, version)));
  return whole ? result : AGAIN;
}
