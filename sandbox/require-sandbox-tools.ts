/** What a sandbox needs of the machine, asked before anything is made. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Fault } from '../domain/faults';

/** Command → the Debian package that brings it. */
const NEEDED = {
  'lxc-start': 'lxc',
  sshd: 'openssh-server',
  'ssh-keygen': 'openssh-client',
  ip: 'iproute2',
  git: 'git',
  nsenter: 'util-linux',
} as const;
/** Not on everybody's PATH. */
const SYSTEM_FOLDERS = ['/usr/sbin', '/sbin'];

export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly uid: number | undefined;
  readonly has: (command: string) => boolean;
}

export function requireSandboxTools(machine: Machine): void {
  const lack = lackOf(machine);
  if (lack === null) return;
  throw new Fault('SandboxUnavailable', `A sandbox box can not be made here: ${lack.things.join(', ')} missing.`, {
    cure: lack.cure,
  });
}

export interface Lack {
  readonly things: readonly string[];
  readonly cure: string;
}

/** What stands between this machine and a box of real containers; null: nothing. */
export function lackOf(machine: Machine): Lack | null {
  const missing = Object.entries(NEEDED).filter(([command]) => !machine.has(command));
  const packages = [...new Set(missing.map(([, name]) => name))];
  const things = [...(machine.uid === 0 ? [] : ['root']), ...missing.map(([command]) => command)];
  if (things.length === 0) return null;
  return { things, cure: packages.length === 0 ? 'Run it as root.' : `As root: apt-get install -y ${packages.join(' ')}` };
}

export const thisMachine = (): Machine => ({
  platform: process.platform,
  uid: process.getuid?.(),
  has: (command) => pathOf(command) !== null,
});

/** sshd insists on being called by its full path. */
export function pathOf(command: string): string | null {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...SYSTEM_FOLDERS];
  return folders.map((folder) => join(folder, command)).find((file) => existsSync(file)) ?? null;
}
