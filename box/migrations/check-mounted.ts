/** Data that are not mounted look like no data: nothing is migrated there, and no check is asked. */
import { Fault } from '../../domain/faults';
import type { LockerName } from '../../domain/model/ids';
import type { BoxContext } from '../context';
import { lockerProblems } from '../inspect/preflight';

/** `locker` null: all of the box. */
export async function checkMounted(box: BoxContext, locker: LockerName | null): Promise<void> {
  for (const name of locker === null ? await box.lxc.list() : [locker]) {
    const lost = (await lockerProblems(box, name)).find(({ code }) => code === 'me-not-mounted');
    if (lost)
      throw new Fault('MeNotMounted', `Locker ${name} on ${box.config.box}: me not mounted.`, { evidence: [lost.detail] });
  }
}
