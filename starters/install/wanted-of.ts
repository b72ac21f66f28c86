/** What install-box wants on a host, in the order in which it is made; undone in reverse. Pure. */
import { dirname, join } from 'node:path';
import type { Wanted, WantedFile } from '../../box-install/wanted';
import type { BoxConfig } from '../../domain/protocol/box-config';
import { hookOf } from './boot-hook';
import type { Hook, HookFacts } from './boot-hook';
import { INSTALL_PLACES, LOCKERCTL } from './install-places';

export interface Installation {
  readonly config: BoxConfig;
  readonly bundle: { readonly text: string; readonly version: string };
  readonly scripts: readonly { readonly name: string; readonly text: string }[];
  /** The account that rollouts log in as, and the public key that they show, `ssh-ed25519 AAAA… comment`. */
  readonly login: { readonly account: string; readonly publicKey: string };
  readonly node: string;
  readonly hook: Hook;
}

/** The key comes last: until then nobody can call what is half there. */
export function wantedOf(installation: Installation, facts: HookFacts): Wanted[] {
  const { config, login, node, hook } = installation;
  const state = join(config.root, 'state');
  const running = { node, lock: join(state, 'lockerd.lock'), pidFile: join(state, 'lockerd.pid') };
  const folders = [config.root, config.data, dirname(config.socket), dirname(config.log)];
  return [
    ...folders.map((path): Wanted => ({ kind: 'folder', path })),
    ...filesOf(installation),
    lockerdOf(config, running.pidFile),
    ...hookOf(hook, facts, running),
    ...loginOf(login),
  ];
}

function filesOf({ config, bundle, scripts }: Installation): WantedFile[] {
  const size = `${Math.round(bundle.text.length / 1024)} KB`;
  const about = `lockerd and lockerctl ${bundle.version}, ${size}`;
  return [
    { kind: 'file', path: INSTALL_PLACES.bundle, mode: 0o644, text: bundle.text, about },
    { kind: 'file', path: INSTALL_PLACES.config, mode: 0o644, text: `${JSON.stringify(config, null, 2)}\n` },
    ...scripts.map(
      ({ name, text }): WantedFile => ({
        kind: 'file',
        path: join(INSTALL_PLACES.bin, name),
        mode: 0o755,
        text,
        about: 'a script round it',
      }),
    ),
  ];
}

/** Its pid file: box/paths.ts. Code and lockers are not among what it leaves: lockers run from them. */
function lockerdOf({ root, socket, log }: BoxConfig, pidFile: string): Wanted {
  const leaves = [join(root, 'state'), join(root, 'repos'), join(root, 'incoming'), join(root, 'BUILD'), socket, log];
  const { bundle, config } = INSTALL_PLACES;
  return { kind: 'lockerd', lockerctl: LOCKERCTL, bundle, pidFile, readBy: [bundle, config], leaves };
}

/** An account without rights may do this one thing as root. */
function loginOf({ account, publicKey }: Installation['login']): Wanted[] {
  if (account === 'root') return [{ kind: 'key', account, command: `${LOCKERCTL} relay`, publicKey }];
  const text = `${account} ALL=(root) NOPASSWD: ${LOCKERCTL} relay\n`;
  return [
    { kind: 'account', name: account },
    { kind: 'file', path: INSTALL_PLACES.sudoers, mode: 0o440, text, sudoers: true },
    { kind: 'key', account, command: `sudo -n ${LOCKERCTL} relay`, publicKey },
  ];
}
