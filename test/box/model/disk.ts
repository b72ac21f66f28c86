/** The box's disk as lockerd meets it: it may be full, and what was not fsynced may be lost with the power. */
import type * as RealFs from 'node:fs';
import { join } from 'node:path';

export const realFs = jest.requireActual<typeof RealFs>('node:fs');

export interface Disk {
  readonly journal: string;
  owns(path: unknown): path is string;
  /** How many of these bytes find room. */
  take(bytes: number): number;
  give(bytes: number): void;
  fill(spare: number): void;
  free(): void;
  opened(handle: number, path: string): void;
  closed(handle: number): void;
  moved(from: string, to: string): void;
  pathOf(handle: number): string | undefined;
  /** What stands in the journal now can't be lost any more; tells of the lines that are new. Without a handle: whatever is open. */
  synced(handle?: number): void;
  /** The process is gone, and maybe the power: what is left is what the next lockerd finds. */
  dead(death: { readonly power: boolean; readonly part: number }): void;
}

export const noSpace = () => Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });

/** A journal is read after each write: its end is enough. */
function readFrom(file: string, from: number): Buffer {
  const handle = realFs.openSync(file, 'r');
  const bytes = Buffer.alloc(Math.max(0, realFs.fstatSync(handle).size - from));
  realFs.readSync(handle, bytes, 0, bytes.length, from);
  realFs.closeSync(handle);
  return bytes;
}

export function makeDisk(
  { folder, root }: { folder: string; root: string },
  onLines: (lines: readonly string[], afresh: boolean) => void,
): Disk {
  const journal = join(root, 'state', 'journal');
  const handles = new Map<number, string>();
  let room = Number.POSITIVE_INFINITY;
  let told = 0;
  let afresh = false;
  const tell = () => {
    const from = afresh ? 0 : told;
    const bytes = readFrom(journal, from);
    const whole = bytes.lastIndexOf(0x0a) + 1;
    told = from + whole;
    onLines(bytes.subarray(0, whole).toString('utf8').split('\n').slice(0, -1), afresh);
    afresh = false;
  };
  return {
    journal,
    owns: (path): path is string => typeof path === 'string' && path.startsWith(folder),
    take: (bytes) => {
      const taken = Math.min(bytes, room);
      room -= taken;
      return taken;
    },
    give: (bytes) => {
      room += bytes;
    },
    fill: (spare) => {
      room = spare;
    },
    free: () => {
      room = Number.POSITIVE_INFINITY;
    },
    opened: (handle, path) => void handles.set(handle, path),
    closed: (handle) => void handles.delete(handle),
    pathOf: (handle) => handles.get(handle),
    moved: (from, to) => {
      for (const [handle, path] of handles) {
        if (path === to) handles.set(handle, `${to}.former`);
        if (path === from) handles.set(handle, to);
      }
      afresh ||= to === journal;
    },
    synced: (handle) => {
      const open = [...handles].findLast(([number, path]) => path === journal && number === (handle ?? number));
      if (open) tell();
    },
    dead: ({ power, part }) => {
      for (const handle of handles.keys()) realFs.closeSync(handle);
      handles.clear();
      const size = realFs.statSync(journal, { throwIfNoEntry: false })?.size ?? 0;
      if (power && size > told && !afresh) realFs.truncateSync(journal, told + Math.floor(part * (size - told)));
      told = 0;
      afresh = true;
    },
  };
}
