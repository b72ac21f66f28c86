/** One answer of `ssh -G` as a hop of a route. */
import { existsSync } from 'node:fs';
import type { SshInput } from '../../../domain/model/fleet';
import { expandPath, expandTilde, inFolder } from './expand-paths';
import { fillTokens } from './fill-tokens';
import { splitPaths } from './read-ssh-answer';
import type { SshAnswer } from './read-ssh-answer';
import type { Algorithms, Hop } from './route';
import { logsInByKey } from './ssh-options';
import type { Surroundings } from './surroundings';

export interface Answered {
  readonly ssh: SshInput;
  readonly answer: SshAnswer;
  /** What ssh says where no file says anything: it does not print whether a value is its default. */
  readonly plain: SshAnswer;
  readonly args: readonly string[];
  readonly surroundings: Surroundings;
}

export async function hopOf(answered: Answered): Promise<Hop> {
  const { ssh, answer, plain, args } = answered;
  const [host, port, user] = ['hostname', 'port', 'user'].map((keyword) => answer.one(keyword) ?? '') as [string, string, string];
  const proxy = answer.one('proxycommand');
  return {
    via: ssh.via ?? 'ssh2',
    name: ssh.host,
    host,
    port: Number(port),
    user,
    ...(await identitiesOf(answered)),
    agent: agentOf(answer.one('identityagent'), answered.surroundings.agentSocket),
    publicKeyLogin: logsInByKey(answer),
    hostKey: ssh.hostKey ?? null,
    ...(await hostKeyFilesOf(answered)),
    hostKeyAlias: answer.one('hostkeyalias') ?? null,
    strictHostKeyChecking: answer.one('stricthostkeychecking') ?? 'ask',
    algorithms: algorithmsOf(answer, plain),
    addressFamily: (answer.one('addressfamily') ?? 'any') as Hop['addressFamily'],
    bindAddress: answer.one('bindaddress') ?? null,
    connectTimeout: secondsOf(answer.one('connecttimeout')),
    proxyCommand: proxy === undefined ? null : fillTokens(proxy, 'ProxyCommand', { h: host, n: ssh.host, p: port, r: user }),
    sshArguments: args,
  };
}

type Identities = Pick<Hop, 'identityFiles' | 'identitiesNamed' | 'identitiesOnly' | 'certificateFiles'>;

async function identitiesOf({ ssh, answer, plain, args, surroundings }: Answered): Promise<Identities> {
  const asker = { args: [...args, '--', ssh.host], home: surroundings.home };
  const { folder, home } = surroundings;
  const listed = answer.all('identityfile');
  const expanded = (paths: readonly string[]) => Promise.all(paths.filter(isSome).map((path) => expandPath(path, asker)));
  return {
    // What fleet.yaml names stands for all that a file would.
    identityFiles: ssh.identityFile === undefined ? await expanded(listed) : [inFolder(folder, ssh.identityFile, home)],
    identitiesNamed: !same(listed, plain.all('identityfile')),
    identitiesOnly: answer.one('identitiesonly') === 'yes',
    certificateFiles: await expanded(answer.all('certificatefile')),
  };
}

type HostKeyFiles = Pick<Hop, 'userKnownHostsFiles' | 'globalKnownHostsFiles' | 'revokedHostKeysFiles'>;

async function hostKeyFilesOf({ ssh, answer, args, surroundings }: Answered): Promise<HostKeyFiles> {
  const asker = { args: [...args, '--', ssh.host], home: surroundings.home };
  const there = (path: string) => existsSync(path.replace(/^~(?=\/)/, surroundings.home));
  const listed = (keyword: string, known: readonly string[]) =>
    splitPaths(answer.one(keyword) ?? '', known, there)
      .filter(isSome)
      .map((path) => expandTilde(path, asker));
  return {
    userKnownHostsFiles:
      ssh.knownHosts === undefined
        ? await Promise.all(listed('userknownhostsfile', answer.expandedKnownHosts))
        : [inFolder(surroundings.folder, ssh.knownHosts, surroundings.home)],
    globalKnownHostsFiles: await Promise.all(listed('globalknownhostsfile', [])),
    // ssh opens this one as it is written; one that is not there refuses every host.
    revokedHostKeysFiles: splitPaths(answer.all('revokedhostkeys').join(' '), [], existsSync).filter(isSome),
  };
}

function agentOf(said: string | undefined, socket: string | null): string | null {
  if (said === undefined || said === 'SSH_AUTH_SOCK') return socket;
  if (said.startsWith('$')) return process.env[said.slice(1)] ?? null;
  return isSome(said) ? said : null;
}

function algorithmsOf(answer: SshAnswer, plain: SshAnswer): Algorithms {
  const list = (keyword: string) => (answer.one(keyword) === plain.one(keyword) ? null : (answer.one(keyword) ?? '').split(','));
  return {
    kex: list('kexalgorithms'),
    hostKey: list('hostkeyalgorithms'),
    ciphers: list('ciphers'),
    macs: list('macs'),
    publicKey: list('pubkeyacceptedalgorithms'),
    ca: list('casignaturealgorithms'),
  };
}

const secondsOf = (said: string | undefined): number | null => (said === undefined || said === 'none' ? null : Number(said));
const isSome = (path: string): boolean => path.toLowerCase() !== 'none';
const same = (left: readonly string[], right: readonly string[]): boolean => left.join('\n') === right.join('\n');
