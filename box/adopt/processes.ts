/** What `/proc` shows of the processes of a container, from outside of it. Of a process that ends meanwhile nothing is known. */
import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { parseParent } from '../lxc/parse';

export const PROC = '/proc';

const pidsIn = async (proc: string): Promise<number[]> =>
  (await readdir(proc)).flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));

/** A namespace of processes → those in it. Each container has one of its own; what runs in containers within it is not its own. */
export async function processesByNamespace(proc = PROC): Promise<ReadonlyMap<string, readonly number[]>> {
  const found = new Map<string, number[]>();
  for (const pid of await pidsIn(proc)) {
    const namespace = await namespaceOf(pid, proc);
    if (namespace !== null) found.set(namespace, [...(found.get(namespace) ?? []), pid]);
  }
  return found;
}

export const namespaceOf = (pid: number, proc = PROC): Promise<string | null> =>
  readlink(join(proc, `${pid}/ns/pid`)).catch(() => null);

export const textOf = (pid: number, name: string, proc = PROC): Promise<string> =>
  readFile(join(proc, `${pid}/${name}`), 'utf8').catch(() => '');

export interface OpenFile {
  /** `socket:[4821051]`, or a path as the process itself has it. */
  readonly target: string;
  readonly writes: boolean;
}

export async function openFilesOf(pid: number, proc = PROC): Promise<OpenFile[]> {
  const names = await readdir(join(proc, `${pid}/fd`)).catch(() => []);
  const files = await Promise.all(
    names.map(async (name) => {
      const target = await readlink(join(proc, `${pid}/fd/${name}`)).catch(() => null);
      // Of a socket nobody asks, and a box has a hundred thousand of them.
      const writes = target?.startsWith('/') === true && writesBy(await textOf(pid, `fdinfo/${name}`, proc));
      return target === null ? [] : [{ target, writes }];
    }),
  );
  return files.flat();
}

/** O_WRONLY and O_RDWR are the two lowest bits of an octal word. */
const writesBy = (fdinfo: string): boolean => /^flags:\s*\d*[1-2]$|^flags:\s*\d*[5-6]$/m.test(fdinfo);

/** Of several that hold one socket: the one that made the others. */
export async function eldestOf(pids: readonly number[], proc = PROC): Promise<number | null> {
  for (const pid of pids) {
    const parent = parseParent(await textOf(pid, 'stat', proc));
    if (parent === null || !pids.includes(parent)) return pid;
  }
  return pids[0] ?? null;
}
