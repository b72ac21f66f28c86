/** The way to a box for its admin: the same host, jump and host key as the rollouts', another account and key. */
import { resolve } from 'node:path';
import { parseJump } from '../../activities/adapters/ssh/parse-jump';
import type { Route } from '../../activities/adapters/ssh/route';
import { routeOf } from '../route-of';
import type { Session } from '../session';

export interface AdminLogin {
  readonly as?: string;
  readonly identity?: string;
}

export function adminRoute(session: Session, { as, identity }: AdminLogin): Promise<Route> {
  const { identityFile: _rollouts, ...same } = session.boxInput.ssh;
  const admin = as === undefined ? { host: same.host, user: 'root' } : parseJump(as);
  return routeOf(session, { ...same, ...admin, ...(identity === undefined ? {} : { identityFile: resolve(identity) }) });
}
