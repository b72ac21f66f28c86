/** What the host is like. Changes nothing. */
import { existsSync, readFileSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { configurationOf } from '../box/containers/configuration-of';
import { isLxd } from '../domain/protocol/box-config';
import { runtimeOf } from '../box/containers/runtime-of';
import { kernelLimits } from '../box/inspect/kernel-limits';
import { lockerProblems } from '../box/inspect/preflight';
import { boxPaths } from '../box/paths';
import type { LockerName } from '../domain/model/ids';
import type { BoxConfig } from '../domain/protocol/box-config';
import { command, has } from './command';
import { bytesOf } from './host-files';
import { isEnabled } from './see-change';
import { mergeConfig } from './merge-config';
import type { Merged } from './merge-config';
import type { AskedConfig, HostFacts, Places, SeenContainer } from './wanted';

export const HOOK_FILES = ['/etc/systemd/system/lockstep.service', '/etc/init.d/lockstep', '/etc/cron.d/lockstep'];

export async function lookAtHost(places: Places, asked: AskedConfig): Promise<HostFacts> {
  const installed = parse(places.config);
  const config = mergeConfig(installed, asked);
  return {
    at: new Date().toISOString(),
    node: process.version,
    lxc: await versionOf(config),
    git: firstLine(['git', '--version']),
    flock: has('flock'),
    visudo: has('visudo'),
    sudo: has('sudo'),
    pid1: (bytesOf('/proc/1/comm')?.toString('utf8') ?? '').trim(),
    systemd: existsSync('/run/systemd/system'),
    rcFolders: ['2', '3', '4', '5'].map((level) => `/etc/rc${level}.d`).filter((path) => existsSync(path)),
    cron: has('cron') && existsSync('/etc/cron.d'),
    psi: existsSync('/proc/pressure/cpu'),
    kernel: kernelLimits(),
    disk: diskOf(config.root),
    lxcPathThere: existsSync(config.lxcPath),
    proxmox: existsSync('/etc/pve/lxc'),
    containers: await containersOf(config),
    hooks: HOOK_FILES.filter((path) => existsSync(path) && (!path.includes('systemd') || isEnabled('lockstep.service'))),
    recorded: existsSync(places.record),
    installed,
  };
}

/** A daemon is asked: its program may be anywhere, and one that does not run is of no use. */
function versionOf(config: Merged): Promise<string | null> {
  if (!isLxd(config.kind)) return Promise.resolve(firstLine(['lxc-start', '--version']));
  return runtimeOf(...boxOf(config))
    .version()
    .catch(() => null);
}

const boxOf = (config: Merged) => [config as unknown as BoxConfig, boxPaths(config as unknown as BoxConfig)] as const;

function parse(file: string): Record<string, unknown> | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  } catch {
    return null;
  }
}

function firstLine(argv: readonly [string, ...string[]]): string | null {
  const { exit, stdout } = command(argv);
  return exit === 0 ? (stdout.split('\n')[0] ?? '').trim() : null;
}

/** Of the nearest folder above it that is there. */
function diskOf(path: string): HostFacts['disk'] {
  if (!existsSync(path)) return diskOf(dirname(path));
  const { bavail, bsize, blocks, files, ffree } = statfsSync(path);
  return { path, freeBytes: bavail * bsize, freePercent: share(bavail, blocks), freeInodesPercent: share(ffree, files) };
}

/** Per cent; a filesystem without inodes has none to run out of. */
const share = (part: number, whole: number): number => (whole === 0 ? 100 : (100 * part) / whole);

async function containersOf(config: Merged): Promise<SeenContainer[]> {
  const [checked, paths] = boxOf(config);
  const box = { config: checked, paths, log: () => {} };
  const names = await configurationOf(box)
    .names()
    .catch(() => []);
  const matches = new RegExp(`^(?:${config.lockerPattern})$`);
  const lockers = names.filter((name) => matches.test(name));
  return Promise.all(
    lockers.map(async (name) => ({ name, problems: await lockerProblems(box, name as LockerName).catch(() => []) })),
  );
}
