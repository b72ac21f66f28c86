/** The door for verbs about a rollout that is there already: where nothing was ever started, nothing is started to say so. */
import { hasEnvironment } from '../embedded/ensure-environment';
import type { Door } from './operations/door';
import { noRollout } from './operations/map-error';
import type { Session } from './session';

export async function runningDoor(session: Session): Promise<Door> {
  if (!hasEnvironment(session.io.env)) throw noRollout(session.box);
  return session.open('any');
}
