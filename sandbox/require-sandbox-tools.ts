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
  readonly uid: number | undefined;
  readonly has: (command: string) => boolean;
}

export function requireSandboxTools(machine: Machine): void {
  const missing = Object.entries(NEEDED).filter(([command]) => !machine.has(command));
  const packages = [...new Set(missing.map(([, name]) => name))];
  const lacks = [...(machine.uid === 0 ? [] : ['root']), ...missing.map(([command]) => command)];
  if (lacks.length === 0) return;
  const install = `apt-get install -y ${(packages.length > 0 ? packages : ['lxc', 'openssh-server', 'git', 'iproute2']).join(' ')}`;
  throw new Fault('SandboxUnavailable', `A sandbox box can not be made here: ${lacks.join(', ')} missing.`, {
    cure: packages.length === 0 ? 'Run it as root.' : `As root: ${install}`,
  });
}

export const thisMachine = (): Machine => ({ uid: process.getuid?.(), has: (command) => pathOf(command) !== null });

/** sshd insists on being called by its full path. */
export function pathOf(command: string): string | null {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...SYSTEM_FOLDERS];
  return folders.map((folder) => join(folder, command)).find((file) => existsSync(file)) ?? null;
}
