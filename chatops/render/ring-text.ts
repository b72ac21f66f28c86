/** The line that rings whoever may answer a gate: once when it asks, and again with each reminder. Pure. */
import { isoTime } from '../../domain/model/civil-time';
import type { People } from '../../domain/model/people';
import type { Plan } from '../../domain/model/plan';
import type { RolloutStatus } from '../../domain/model/status';
import { isPerson } from '../../domain/operator/may-approve';
import { plural } from '../../domain/operator/plain-text';
import { RIGHTS } from '../commands/command';

/** Nobody feels meant among more. */
const MOST_RUNG = 10;
const userOf = (actor: string): string => actor.split('@')[0] ?? actor;

/** Slack users who may approve here from chat, in the order of the fleet file. */
export function usersToRing(people: People, plan: Plan | null, by: string | null): string[] {
  const { approvers = null, fourEyes = false } = plan?.policy ?? {};
  return Object.entries(people)
    .filter(([, { roles }]) => roles.some((role) => RIGHTS.approve.includes(role)))
    .filter(([name]) => approvers === null || approvers.some((one) => isPerson(one, name) || isPerson(one, `${name}@slack`)))
    .filter(([name]) => !fourEyes || by === null || userOf(by) !== name)
    .flatMap(([, { slack }]) => slack ?? [])
    .slice(0, MOST_RUNG);
}

export function ringText({ box, gate, batch, lockers, pointOfNoReturn }: RolloutStatus, users: readonly string[]): string | null {
  if (gate === null) return null;
  const size = lockers.filter((locker) => locker.batch === gate.batch).length;
  const which = `batch ${gate.batch} of ${batch?.of ?? gate.batch} on ${box} (${plural(size, 'locker')})`;
  const calls = users.map((user) => `<@${user}> `).join('');
  const point = pointOfNoReturn === 'ahead' ? '; the point of no return is ahead' : '';
  const { reminders = 0 } = gate;
  if (reminders === 0) return `${calls}${which} waits for an approval${point}`;
  return `${calls}${which} still waits for an approval, since ${isoTime(gate.sinceMs)} (reminder ${reminders})${point}`;
}
