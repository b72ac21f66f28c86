/** The way to the session's box from this machine, for the commands that dial it themselves: install, adopt, doctor. */
import { dirname } from 'node:path';
import { resolveRoute } from '../activities/adapters/ssh/resolve-route';
import type { Route } from '../activities/adapters/ssh/route';
import { accountHere } from '../activities/adapters/ssh/surroundings';
import type { Session } from './session';

/** `ssh`: as the rollouts log in (the box's own), or another login. */
export function routeOf({ fleet, io }: Session, ssh: Session['boxInput']['ssh']): Promise<Route> {
  return resolveRoute(ssh, { ...accountHere(io.env), folder: dirname(fleet.file) });
}
