/** The texts that make an sshd and its clients. Pure. All paths are plain (place-box.ts sees to it). */
import type { BoxLayout, SandboxLayout } from './sandbox-layout';

export interface SshdFacts {
  readonly address: string;
  readonly path: string;
  /** sshd refuses an account whose password is locked, unless PAM decides. */
  readonly rootIsLocked: boolean;
}

export function sshdConfig(box: BoxLayout, { address, path, rootIsLocked }: SshdFacts): string {
  return lines([
    'Port 22',
    `ListenAddress ${address}`,
    `HostKey ${box.hostKey}`,
    `AuthorizedKeysFile ${box.authorizedKeys}`,
    'PermitRootLogin prohibit-password',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    `UsePAM ${rootIsLocked ? 'yes' : 'no'}`,
    'UseDNS no',
    'PrintMotd no',
    'PidFile none',
    // The state folder may lie in somebody's home or in /tmp: the keys are ours all the same.
    'StrictModes no',
    `SetEnv PATH=${path}`,
    'Subsystem sftp internal-sftp',
  ]);
}

/** The rollouts' key may do one thing; the admin's has a shell. */
export function authorizedKeys(box: BoxLayout, keys: { rollouts: string; admin: string }): string {
  return lines([`restrict,command="${box.bin}/lockerctl relay" ${keys.rollouts}`, keys.admin]);
}

export interface SshHost {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly hostKey: string;
}

export function sshClientConfig(sandbox: SandboxLayout, hosts: readonly SshHost[]): string {
  return lines(
    hosts.flatMap(({ name, host, port }) => [
      `Host ${name}`,
      `  HostName ${host}`,
      `  Port ${port}`,
      '  User root',
      `  IdentityFile ${sandbox.key}`,
      '  IdentitiesOnly yes',
      `  UserKnownHostsFile ${sandbox.knownHosts}`,
      '',
    ]),
  );
}

/** The same, for a machine that has no ssh which could read it. */
export function sshClientValues({ key, knownHosts: known }: SandboxLayout, hosts: readonly SshHost[]): string {
  const values = hosts.map(({ name, host, port }) => [name, { host, port, user: 'root', identityFile: key, knownHosts: known }]);
  return `${JSON.stringify(Object.fromEntries(values), null, 2)}\n`;
}

export function knownHosts(hosts: readonly SshHost[]): string {
  return lines(hosts.map(({ host, port, hostKey }) => `${port === 22 ? host : `[${host}]:${port}`} ${hostKey}`));
}

const lines = (all: readonly string[]): string => `${all.join('\n')}\n`;
