/**
 * From a box's `ssh` section and the ssh config file to a route, as `ssh` itself would go:
 * what fleet.yaml says wins, then the config file, then ssh's defaults. Pure.
 *
 * `Match exec` and `CanonicalizeHostName` are not evaluated: reading a file must not run a command.
 */
import { isAbsolute, join, resolve } from 'node:path';
import type { SshInput } from '../../../domain/model/fleet';
import { Fault } from '../../../domain/faults';
import { readSshConfig } from './read-ssh-config';
import type { SshConfigOf } from './read-ssh-config';
import type { Hop, Route } from './route';
import { PLAIN_HOP } from './route';

export interface Surroundings {
  /** Text of the ssh config file; empty where there is none. */
  readonly configText: string;
  readonly home: string;
  readonly localUser: string;
  /** The folder of fleet.yaml: its relative paths count from here. */
  readonly folder: string;
  readonly agentSocket: string | null;
}

/** A fleet has one jump host, seldom two; more is a loop. */
const MAX_HOPS = 8;
const DEFAULT_IDENTITIES = ['id_ed25519', 'id_ecdsa', 'id_rsa'];
const DEFAULT_KNOWN_HOSTS = ['.ssh/known_hosts', '.ssh/known_hosts2'];

export function resolveRoute(ssh: SshInput, surroundings: Surroundings): Route {
  const config = readSshConfig(surroundings.configText);
  return routeOf(ssh, config, surroundings, 0);
}

function routeOf(ssh: SshInput, config: SshConfigOf, surroundings: Surroundings, depth: number): Route {
  if (depth > MAX_HOPS) throw new Fault('FleetFileInvalid', `ProxyJump of ${ssh.host} leads through itself.`);
  const hop = hopOf(ssh, config, surroundings);
  const jump = ssh.proxyJump ?? config(ssh.host, ssh.user).one('proxyjump');
  if (jump === undefined || jump.toLowerCase() === 'none') return [hop];
  // Only the first host of a chain may be reached through a jump of its own; the others say `none`, as in ssh.
  const hops = jump.split(',').flatMap((text, index) => {
    const through = parseJump(text.trim());
    return routeOf(index === 0 ? through : { ...through, proxyJump: 'none' }, config, surroundings, depth + 1);
  });
  return [...hops, hop] as unknown as Route;
}

/** `user@host:port`, `[::1]:22`, `ssh://user@host:port`. */
export function parseJump(text: string): SshInput {
  const match = /^(?:ssh:\/\/)?(?:([^@\s]+)@)?(?:\[([^\]\s]+)\]|([^:@\s[\]]+))(?::(\d{1,5}))?$/.exec(text);
  if (!match) throw new Fault('FleetFileInvalid', `ProxyJump "${text}" is not of the form user@host:port.`);
  const [, user, bracketed, plain, port] = match;
  return {
    host: (bracketed ?? plain) as string,
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port: Number(port) }),
  };
}

function hopOf(ssh: SshInput, configOf: SshConfigOf, surroundings: Surroundings): Hop {
  const config = configOf(ssh.host, ssh.user);
  const host = (config.one('hostname') ?? ssh.host).replaceAll('%h', ssh.host).replaceAll('%%', '%');
  const port = ssh.port ?? Number(config.one('port') ?? 22);
  const user = ssh.user ?? config.one('user') ?? surroundings.localUser;
  const { home, folder, localUser } = surroundings;
  const expand = (path: string, base: string) => {
    const letters: Record<string, string> = { h: host, n: ssh.host, p: String(port), r: user, u: localUser, d: home, '%': '%' };
    const told = path.replace(/%([a-z%])/g, (whole, letter: string) => letters[letter] ?? whole);
    const filled = told.replace(/^~(?=\/|$)/, home);
    return isAbsolute(filled) ? filled : resolve(base, filled);
  };
  const named = ssh.identityFile === undefined ? config.all('identityfile') : [ssh.identityFile];
  const identityBase = ssh.identityFile === undefined ? home : folder;
  const identities = named.filter((path) => path.toLowerCase() !== 'none').map((path) => expand(path, identityBase));
  const knownHosts = ssh.knownHosts === undefined ? config.all('userknownhostsfile') : [ssh.knownHosts];
  const knownHostsBase = ssh.knownHosts === undefined ? home : folder;
  return {
    ...PLAIN_HOP,
    name: ssh.host,
    host,
    port,
    user,
    identityFiles: named.length > 0 ? identities : DEFAULT_IDENTITIES.map((file) => join(home, '.ssh', file)),
    identitiesNamed: named.length > 0,
    identitiesOnly: config.one('identitiesonly')?.toLowerCase() === 'yes',
    agent: agentOf(config.one('identityagent'), surroundings, (path) => expand(path, home)),
    hostKey: ssh.hostKey ?? null,
    userKnownHostsFiles: (knownHosts.length > 0 ? knownHosts : DEFAULT_KNOWN_HOSTS)
      .filter((path) => path.toLowerCase() !== 'none')
      .map((path) => expand(path, knownHostsBase)),
    globalKnownHostsFiles:
      ssh.knownHosts === undefined ? config.all('globalknownhostsfile').concat('/etc/ssh/ssh_known_hosts') : [],
    hostKeyAlias: config.one('hostkeyalias') ?? null,
  };
}

function agentOf(said: string | undefined, surroundings: Surroundings, expand: (path: string) => string): string | null {
  if (said === undefined || said === 'SSH_AUTH_SOCK') return surroundings.agentSocket;
  return said.toLowerCase() === 'none' ? null : expand(said);
}
