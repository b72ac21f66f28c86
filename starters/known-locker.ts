import { Fault } from '../domain/faults';
import type { LockerName } from '../domain/model/ids';
import { didYouMean } from '../domain/model/near-miss';
import type { Door } from './operations/door';
import { runningStatusOf } from './operations/status-of';

/** A locker of the running rollout by its name as typed. Fault: UnknownLocker. */
export async function knownLocker(door: Door, box: string, name: string): Promise<LockerName> {
  const { lockers } = await runningStatusOf(door, box);
  const found = lockers.find((locker) => locker.name === name);
  if (found) return found.name;
  const known = lockers.map((locker) => locker.name);
  const sentence = `There is no locker ${JSON.stringify(name)} in the rollout on ${box}${didYouMean(name, known)}.`;
  throw new Fault('UnknownLocker', sentence, { evidence: [shortList(known)] });
}

/** A box has hundreds of them; `lockstep status` shows all. */
const SHOWN = 20;

function shortList(names: readonly string[]): string {
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '';
  return `lockers: ${names.slice(0, SHOWN).join(', ')}${more}`;
}
