/** From flags, fleet file and what the host is like to what install-box wants there. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import type { Hop, Route } from '../../activities/adapters/ssh/route';
import { mergeConfig } from '../../box-install/merge-config';
import type { AskedConfig, HostFacts } from '../../box-install/wanted';
import { bundleBox } from '../../box/bundle';
import { VERSION } from '../../box/version';
import { wrapperScripts } from '../../box/wrappers';
import { Fault } from '../../domain/faults';
import { BoxConfig } from '../../domain/protocol/box-config';
import type { AdminLogin } from '../adopt/admin-route';
import { routeOf } from '../route-of';
import type { Session, SharedOptions } from '../session';
import { chooseHook, HOOKS } from './boot-hook';
import type { Hook } from './boot-hook';
import { INSTALL_PLACES } from './install-places';
import type { Installation } from './wanted-of';

export interface InstallOptions extends SharedOptions, AdminLogin {
  readonly publicKey?: string;
  readonly root?: string;
  readonly data?: string;
  readonly lxcPath?: string;
  readonly containers?: string;
  readonly lockerPattern?: string;
  readonly node: string;
  readonly boot?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** What can be checked before the host is dialled. */
export interface Given {
  readonly asked: AskedConfig;
  readonly login: Installation['login'];
  readonly hook: Hook | null;
  readonly node: string;
}

/** These end up in authorized_keys, sudoers and scripts, where a quote or a second line would be somebody's right. */
const Login = z.object({
  account: z.string().regex(/^[a-z_][a-z0-9_.-]{0,31}$/, 'a plain account name'),
  publicKey: z
    .string()
    .regex(/^(ssh-|ecdsa-)[a-z0-9@.-]+ [A-Za-z0-9+/=]+( [A-Za-z0-9@._+-]+)?$/, 'one line such as "ssh-ed25519 AAAA… name"'),
});
const PlainPath = z.string().regex(/^\/[A-Za-z0-9._/-]+$/, 'an absolute path of plain characters');

/** Faults: PolicyInvalid, naming the flag; LoginRefused where there is no public key. */
export async function givenOf(session: Session, options: InstallOptions): Promise<Given> {
  const { root, data, lxcPath, lockerPattern, boot, node, containers: kind } = options;
  const asked = Object.fromEntries(
    Object.entries({ kind, root, data, lxcPath, lockerPattern }).filter(([, value]) => value !== undefined),
  );
  for (const [flag, value] of Object.entries({ root, data, 'lxc-path': lxcPath, node })) {
    if (value !== undefined) check(PlainPath, value, flag);
  }
  if (kind !== undefined) check(z.enum(['lxc', 'lxd', 'incus']), kind, 'containers');
  if (boot !== undefined) check(z.enum(HOOKS), boot, 'boot');
  const hop = (await rolloutsRoute(session)).at(-1) as Hop;
  const login = { account: hop.user, publicKey: await publicKey(options, hop) };
  check(Login, login, 'public-key');
  return { asked, login, hook: (boot as Hook | undefined) ?? null, node };
}

function check(schema: z.ZodType, value: unknown, flag: string): void {
  const parsed = schema.safeParse(value);
  if (parsed.success) return;
  throw new Fault('PolicyInvalid', `--${flag} can not be used: ${parsed.error.issues[0]?.message}.`, {
    cure: 'install-box --help says what it takes.',
  });
}

/** How the rollouts log in; their account is the one that is set up. */
export const rolloutsRoute = (session: Session): Promise<Route> => routeOf(session, session.boxInput.ssh);

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

export async function installationOf({ box }: Session, given: Given, facts: HostFacts): Promise<Installation> {
  const { node, login } = given;
  const scripts = wrapperScripts({ node, bundle: INSTALL_PLACES.bundle, configFile: INSTALL_PLACES.config });
  const bundle = { text: await bundleBox(), version: VERSION };
  return { config: configOf(box, given, facts), bundle, scripts, login, node, hook: given.hook ?? chooseHook(facts) };
}

function configOf(box: string, { asked }: Given, { installed }: HostFacts): BoxConfig {
  const parsed = BoxConfig.safeParse({ ...mergeConfig(installed, asked), format: 1, box });
  if (parsed.success) return parsed.data;
  throw new Fault('PolicyInvalid', `${box} can not be installed with these values.`, {
    evidence: parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`),
    cure: `Give other flags, or mend ${INSTALL_PLACES.config} on the box.`,
  });
}
