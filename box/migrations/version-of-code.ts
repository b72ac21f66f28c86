import type { CodeId, LockerName } from '../../domain/model/ids';
import type { BoxContext } from '../context';
import { readRevision, versionsOf } from '../release/versions';

/** null: this locker has no version of that code. */
export async function newestVersionOfCode(box: BoxContext, locker: LockerName, code: CodeId): Promise<number | null> {
  for (const version of (await versionsOf(box, locker)).toReversed()) {
    if ((await readRevision(box, locker, version))?.code.id === code) return version;
  }
  return null;
}
