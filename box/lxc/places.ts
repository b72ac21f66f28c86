/**
 * Where the kernel shows which folders a running locker was started with. Of a container that is its
 * own root, in which LXC mounted them. Of a process it is the environment that the `lxc-start` of
 * such a box gives it (sandbox/process/lxc): it holds the folders as they were at the start.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Targets } from '../../domain/model/targets';
import type { BoxConfig } from '../../domain/protocol/box-config';
import { directoryId } from '../release/mounted';
import type { DirectoryId } from '../release/mounted';
import { resolveBelow } from '../locker/path-in-locker';
import { textOf } from './text-of';

type Kind = BoxConfig['kind'];

/** Paths to look at; where nothing is, the locker has none. */
export interface Places {
  readonly code: string;
  readonly config: string;
}

export async function placesOf(kind: Kind, initPid: number, { code, config }: Targets): Promise<Places> {
  const proc = `/proc/${initPid}`;
  if (kind !== 'process') {
    const [codeAt, configAt] = await Promise.all([code, config].map((path) => resolveBelow(join(proc, 'root'), path)));
    return { code: codeAt ?? '', config: configAt ?? '' };
  }
  const given = givenMounts(textOf(join(proc, 'environ')));
  return { code: given.get('code') ?? '', config: given.get('Config') ?? '' };
}

/** The folders of all lockers that are processes; containers have theirs mounted. */
export async function startedFolders(kind: Kind): Promise<DirectoryId[]> {
  if (kind !== 'process') return [];
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const texts = await Promise.all(pids.map((pid) => readFile(join('/proc', pid, 'environ'), 'utf8').catch(() => '')));
  const folders = new Set(texts.flatMap((text) => [...givenMounts(text).values()]));
  return (await Promise.all([...folders].map(directoryId))).filter((id) => id !== null);
}

const GIVEN = /^LOCKSTEP_MOUNT_(\w+)=(\/.*)$/s;

/** Place in the locker, such as `code` → folder. Pure. */
export function givenMounts(environ: string): ReadonlyMap<string, string> {
  const found = environ.split('\0').flatMap((entry) => {
    const [, place, folder] = GIVEN.exec(entry) ?? [];
    return place === undefined || folder === undefined ? [] : [[place, folder] as const];
  });
  return new Map(found);
}
