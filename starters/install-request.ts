/** From flags and fleet file to what install-box needs: two logins on one host, the admin's and the rollouts'. */
import { readFile } from 'node:fs/promises';
import { homedir, userInfo } from 'node:os';
import { dirname, resolve } from 'node:path';
import { INSTALL_PATHS } from '../activities/adapters/ssh/install-box';
import type { InstallBox } from '../activities/adapters/ssh/install-box';
import { parseJump, resolveRoute } from '../activities/adapters/ssh/resolve-route';
import type { Surroundings } from '../activities/adapters/ssh/resolve-route';
import type { Hop } from '../activities/adapters/ssh/route';
import { sshConfigText } from '../activities/adapters/ssh/ssh-box-port';
import { bundleBox } from '../box/bundle';
import { wrapperScripts } from '../box/wrappers';
import { Fault } from '../domain/faults';
import type { SshInput } from '../domain/model/fleet';
import { BoxConfig } from '../domain/protocol/box-config';
import type { Session, SharedOptions } from './session';

export interface InstallOptions extends SharedOptions {
  readonly as?: string;
  readonly identity?: string;
  readonly publicKey?: string;
  readonly root: string;
  readonly data: string;
  readonly lxcPath: string;
  readonly lockerPattern: string;
  readonly node: string;
}

export async function installRequest(session: Session, options: InstallOptions): Promise<Omit<InstallBox, 'onStep'>> {
  const { ssh } = session.boxInput;
  const surroundings = await surroundingsOf(session, ssh);
  const route = resolveRoute(adminSsh(ssh, options), surroundings);
  const login = resolveRoute(ssh, surroundings).at(-1) as Hop;
  const paths = INSTALL_PATHS;
  const scripts = wrapperScripts({ node: options.node, bundle: paths.bundle, configFile: paths.config });
  return {
    route,
    config: boxConfig(session, options),
    paths,
    bundle: await bundleBox(),
    scripts: Object.fromEntries(scripts.map(({ name, text }) => [name, text])),
    login: { account: login.user, publicKey: await publicKey(options, login) },
  };
}

/** The same host, jump and host key as the rollouts'; another account and key. */
function adminSsh(ssh: SshInput, { as, identity }: InstallOptions): SshInput {
  const admin = as === undefined ? { host: ssh.host, user: 'root' } : parseJump(as);
  const { identityFile: _rollouts, ...same } = ssh;
  return { ...same, ...admin, ...(identity === undefined ? {} : { identityFile: resolve(identity) }) };
}

async function surroundingsOf({ fleet, io }: Session, ssh: SshInput): Promise<Surroundings> {
  const home = homedir();
  const folder = dirname(fleet.file);
  const configText = await sshConfigText(ssh.config, folder, home);
  return { configText, home, localUser: userInfo().username, folder, agentSocket: io.env['SSH_AUTH_SOCK'] ?? null };
}

function boxConfig({ box }: Session, { root, data, lxcPath, lockerPattern }: InstallOptions): BoxConfig {
  const socket = '/run/lockstep/lockerd.sock';
  const log = '/var/log/lockstep/lockerd.log';
  const parsed = BoxConfig.safeParse({ format: 1, box, root, data, lxcPath, lockerPattern, socket, log });
  if (parsed.success) return parsed.data;
  throw new Fault('PolicyInvalid', `${box} can not be installed with these flags.`, {
    evidence: parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`),
    cure: 'Give absolute paths.',
  });
}

async function publicKey({ publicKey: named }: InstallOptions, { identityFiles }: Hop): Promise<string> {
  const files = named === undefined ? identityFiles.map((file) => `${file}.pub`) : [resolve(named)];
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch(() => null);
    if (text !== null) return text.trim();
  }
  throw new Fault('LoginRefused', "The rollouts' public key can not be read.", {
    evidence: files.map((file) => `not there: ${file}`),
    cure: 'Name it with --public-key FILE, or set identityFile of the box in the fleet file.',
  });
}
