/**
 * The command lines of `via: openssh`. What stands here wins over any file, since ssh keeps the first
 * value it meets: nobody is asked, no host key is trusted at first sight, nothing but our commands runs. Pure.
 */
import { join } from 'node:path';
import type { Hop, Route } from './route';

/** As with ssh2: a dead link is noticed after three unanswered seconds. */
const ALWAYS = [
  'BatchMode=yes',
  'StrictHostKeyChecking=yes',
  'NoHostAuthenticationForLocalhost=no',
  'UpdateHostKeys=no',
  'ServerAliveInterval=1',
  'ServerAliveCountMax=3',
  'LogLevel=INFO',
  'ClearAllForwardings=yes',
  'ForwardAgent=no',
  'ForwardX11=no',
  'PermitLocalCommand=no',
  'Tunnel=no',
  'RequestTTY=no',
  'RemoteCommand=none',
  'ForkAfterAuthentication=no',
  'VisualHostKey=no',
];

/** One that is reached through others has their command in a file: quotes in quotes would be read once at each hop. */
export interface SshFile {
  readonly name: string;
  readonly text: string;
}

export interface SshCommand {
  /** After `ssh`. Nothing runs on the host; other calls run their commands through `socket`. */
  readonly master: readonly string[];
  readonly socket: string;
  readonly files: readonly SshFile[];
}

export function sshCommandOf(route: Route, folder: string, timeoutMs: number): SshCommand {
  const socket = join(folder, 'socket');
  const seconds = Math.max(1, Math.ceil(timeoutMs / 1000));
  const files = route.flatMap((hop, index) => filesOf(hop, { index, next: route[index + 1], folder, seconds }));
  const last = route.at(-1) as Hop;
  const own = [
    'ControlMaster=yes',
    `ControlPath=${socket}`,
    'ControlPersist=no',
    ...optionsOf(last, route.length - 1, folder, seconds),
  ];
  return { master: ['-N', '-T', ...asFlags(own), ...last.sshArguments, '--', last.name], socket, files };
}

/** A command over a connection that is up. Where it is not, this must fail and not dial by itself. */
export const sessionArguments = (socket: string, command: string): string[] => [
  '-F',
  'none',
  '-T',
  ...asFlags([...ALWAYS, 'ControlMaster=no', `ControlPath=${socket}`, 'ProxyCommand=false']),
  '--',
  'lockstep',
  command,
];

const asFlags = (options: readonly string[]): string[] => options.flatMap((option) => ['-o', option]);

function optionsOf(hop: Hop, index: number, folder: string, seconds: number): string[] {
  return [
    ...ALWAYS,
    `ConnectTimeout=${seconds}`,
    ...(index === 0 ? [] : [`ProxyCommand=/bin/sh ${jumpFile(folder, index - 1)}`]),
    ...(hop.hostKey === null ? [] : pinned(join(folder, `known-${index}`))),
  ];
}

/** The pinned key wins over all that the machine knows, but for RevokedHostKeys. */
const pinned = (file: string): string[] => [
  `UserKnownHostsFile=${file}`,
  'GlobalKnownHostsFile=none',
  'KnownHostsCommand=none',
  'VerifyHostKeyDNS=no',
];

const jumpFile = (folder: string, index: number): string => join(folder, `jump-${index}`);

interface At {
  readonly index: number;
  readonly next: Hop | undefined;
  readonly folder: string;
  readonly seconds: number;
}

function filesOf(hop: Hop, { index, next, folder, seconds }: At): SshFile[] {
  const known = hop.hostKey === null ? [] : [{ name: `known-${index}`, text: `* ${hop.hostKey}\n` }];
  if (next === undefined) return known;
  const options = asFlags(['ControlMaster=no', 'ControlPath=none', ...optionsOf(hop, index, folder, seconds)]);
  const target = `${next.host.includes(':') ? `[${next.host}]` : next.host}:${next.port}`;
  const words = ['ssh', '-T', ...options, ...hop.sshArguments, '-W', target, '--', hop.name];
  const agent = hop.agent === null ? '' : `SSH_AUTH_SOCK=${quoted(hop.agent)}; export SSH_AUTH_SOCK\n`;
  return [...known, { name: `jump-${index}`, text: `${agent}exec ${words.map(quoted).join(' ')}\n` }];
}

/** For sh. */
const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
