/** The way to the session's box from this machine, for the commands that dial it themselves: install, adopt, doctor. */
import { homedir, userInfo } from 'node:os';
import { dirname } from 'node:path';
import { resolveRoute } from '../activities/adapters/ssh/resolve-route';
import type { Route } from '../activities/adapters/ssh/route';
import { sshConfigText } from '../activities/adapters/ssh/ssh-box-port';
import type { Session } from './session';

/** `ssh`: as the rollouts log in (the box's own), or another login. */
export async function routeOf({ fleet, io }: Session, ssh: Session['boxInput']['ssh']): Promise<Route> {
  const folder = dirname(fleet.file);
  const home = homedir();
  const configText = await sshConfigText(ssh.config, folder, home);
  const agentSocket = io.env['SSH_AUTH_SOCK'] ?? null;
  return resolveRoute(ssh, { configText, home, localUser: userInfo().username, folder, agentSocket });
}
