/** The way to a box for its admin: the same host, jump and host key as the rollouts', another account and key. */
import { homedir, userInfo } from 'node:os';
import { dirname, resolve } from 'node:path';
import { parseJump, resolveRoute } from '../../activities/adapters/ssh/resolve-route';
import type { Route } from '../../activities/adapters/ssh/route';
import { sshConfigText } from '../../activities/adapters/ssh/ssh-box-port';
import type { Session } from '../session';

export interface AdminLogin {
  readonly as?: string;
  readonly identity?: string;
}

export async function adminRoute({ fleet, boxInput, io }: Session, { as, identity }: AdminLogin): Promise<Route> {
  const { identityFile: _rollouts, ...same } = boxInput.ssh;
  const admin = as === undefined ? { host: same.host, user: 'root' } : parseJump(as);
  const ssh = { ...same, ...admin, ...(identity === undefined ? {} : { identityFile: resolve(identity) }) };
  const home = homedir();
  const folder = dirname(fleet.file);
  const configText = await sshConfigText(ssh.config, folder, home);
  const agentSocket = io.env['SSH_AUTH_SOCK'] ?? null;
  return resolveRoute(ssh, { configText, home, localUser: userInfo().username, folder, agentSocket });
}
