/**
 * Where there is no ssh to ask, fleet.yaml says everything. A config file that ssh would read is not
 * read by halves: it is a fault. A sandbox has its own values beside its file, for this case.
 */
import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { Fault } from '../../../domain/faults';
import { SshInput } from '../../../domain/model/fleet';
import { inFolder } from './expand-paths';
import { parseJump } from './parse-jump';
import { PLAIN_HOP } from './route';
import type { Hop, Route } from './route';
import type { Surroundings } from './surroundings';

const IDENTITIES = ['id_rsa', 'id_ecdsa', 'id_ed25519'];
const KNOWN_HOSTS = ['known_hosts', 'known_hosts2'];
const SYSTEM = '/etc/ssh';

/** Faults: RouteRefused, FleetFileInvalid. */
export async function routeWithoutSsh(ssh: SshInput, surroundings: Surroundings): Promise<Route> {
  const said = await valuesOf(ssh, surroundings);
  if (said.via === 'openssh')
    throw noSsh(`Nothing can dial ${ssh.host} via openssh`, 'Install the Debian package openssh-client.');
  const { proxyJump: jumps, ...target } = said;
  const through = jumps === undefined || jumps === 'none' ? [] : jumps.split(',').map((jump) => parseJump(jump.trim()));
  return [...through, target].map((hop) => plainHop(hop, surroundings)) as unknown as Route;
}

async function valuesOf(ssh: SshInput, { folder, home }: Surroundings): Promise<SshInput> {
  if (ssh.config === 'none') return ssh;
  const named = ssh.config === undefined ? null : inFolder(folder, ssh.config, home);
  const beside = named === null ? undefined : (await valuesBeside(named))?.[ssh.host];
  if (beside !== undefined) return { ...beside, ...ssh, host: beside.host };
  const file = named ?? systemFiles(home).find((path) => existsSync(path));
  if (file === undefined) return ssh;
  throw noSsh(
    `There is no ssh to ask what ${file} says of ${ssh.host}`,
    'Install the Debian package openssh-client; or say host, user, port, identityFile and knownHosts in the fleet file, and `config: none`.',
  );
}

const noSsh = (what: string, cure: string): Fault =>
  new Fault('RouteRefused', `${what}.`, { evidence: ['$ ssh -G  → no such command on the PATH'], cure });

const Values = z.record(z.string(), SshInput);

/** FILE.json: for each name the same values as FILE has. */
async function valuesBeside(file: string): Promise<Record<string, SshInput> | null> {
  const text = await readFile(`${file}.json`, 'utf8').catch(() => null);
  return text === null ? null : Values.parse(JSON.parse(text));
}

function systemFiles(home: string): string[] {
  const folder = join(SYSTEM, 'ssh_config.d');
  const parts = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.conf')) : [];
  return [join(home, '.ssh/config'), join(SYSTEM, 'ssh_config'), ...parts.map((name) => join(folder, name))];
}

function plainHop(ssh: SshInput, { home, folder, localUser, agentSocket }: Surroundings): Hop {
  const { host, port, user, identityFile, hostKey, knownHosts } = ssh;
  const mine = (name: string) => join(home, '.ssh', name);
  return {
    ...PLAIN_HOP,
    name: host,
    host,
    port: port ?? PLAIN_HOP.port,
    user: user ?? localUser,
    identityFiles: identityFile === undefined ? IDENTITIES.map(mine) : [inFolder(folder, identityFile, home)],
    identitiesNamed: identityFile !== undefined,
    agent: agentSocket,
    hostKey: hostKey ?? null,
    userKnownHostsFiles: knownHosts === undefined ? KNOWN_HOSTS.map(mine) : [inFolder(folder, knownHosts, home)],
    globalKnownHostsFiles: knownHosts === undefined ? [join(SYSTEM, 'ssh_known_hosts'), join(SYSTEM, 'ssh_known_hosts2')] : [],
  };
}
