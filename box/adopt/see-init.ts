/** Which init a container has, and what it knows of the service that a process belongs to. */
import { basename, join } from 'node:path';
import { readlink } from 'node:fs/promises';
import type { InitKind } from '../../domain/adopt/found-server';
import { NO_PATHS, pathsInScript, pathsInUnit, scriptOf, unitIn } from '../../domain/adopt/service-words';
import type { ServicePaths } from '../../domain/adopt/service-words';
import { isSystemd } from '../inspect/ends-by';
import type { Inside } from './look-inside';
import { PROC, textOf } from './processes';

const BY_NAME: Readonly<Record<string, InitKind>> = { busybox: 'busybox', runit: 'runit', 's6-svscan': 's6' };

export async function initKindOf(initPid: number, inside: Inside, proc = PROC): Promise<InitKind> {
  if (isSystemd(await textOf(initPid, 'status', proc))) return 'systemd';
  const name = basename(await readlink(join(proc, `${initPid}/exe`)).catch(() => ''));
  if ((await inside.see('/run/openrc')) !== null) return 'openrc';
  if (name === 'init' && (await inside.see('/etc/inittab')) !== null) return 'sysvinit';
  return BY_NAME[name] ?? 'other';
}

export interface Service {
  /** null: nothing is known that starts it. */
  readonly name: string | null;
  readonly paths: ServicePaths;
}

export interface Process {
  readonly pid: number;
  /** What it is and what it was told, with links followed. */
  readonly words: readonly string[];
}

export async function serviceOf(kind: InitKind, inside: Inside, { pid, words }: Process, proc = PROC): Promise<Service> {
  if (kind === 'systemd') return unitOf(inside, unitIn(await textOf(pid, 'cgroup', proc)));
  const scripts: Record<string, string> = {};
  for (const name of await inside.names('/etc/init.d')) scripts[name] = (await inside.text(`/etc/init.d/${name}`)) ?? '';
  const name = scriptOf(scripts, words);
  return { name, paths: name === null ? NO_PATHS : pathsInScript(scripts[name] ?? '') };
}

/** The first that is there counts; drop-ins besides. */
const UNITS = [
  '/etc/systemd/system',
  '/run/systemd/system',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
  '/lib/systemd/system',
];

async function unitOf(inside: Inside, unit: string | null): Promise<Service> {
  if (unit === null) return { name: null, paths: NO_PATHS };
  const template = unit.replace(/@.*(?=\.service$)/, '@');
  const texts: string[] = [];
  for (const name of [unit, template])
    for (const folder of UNITS) texts.push(...((await inside.text(`${folder}/${name}`)) ?? '').split('\0'));
  const own = texts.find((text) => text !== '') ?? '';
  return { name: unit.replace(/\.service$/, ''), paths: pathsInUnit([own, ...(await dropInsOf(inside, unit))].join('\n')) };
}

async function dropInsOf(inside: Inside, unit: string): Promise<string[]> {
  const folder = `/etc/systemd/system/${unit}.d`;
  const names = (await inside.names(folder)).filter((name) => name.endsWith('.conf')).toSorted();
  return Promise.all(names.map(async (name) => (await inside.text(`${folder}/${name}`)) ?? ''));
}
