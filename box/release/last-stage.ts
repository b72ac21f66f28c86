/** The last known service config, values and release of this box: what the scripts work with when nobody else is there. */
import { open, readFile, rename, stat } from 'node:fs/promises';
import { targetsOf } from '../../domain/model/targets';
import type { Targets } from '../../domain/model/targets';
import { StageTarget } from '../../domain/protocol/verbs';
import type { BoxContext } from '../context';
import type { BoxPaths } from '../paths';
import { syncFolder } from './versions';

export interface LastStage {
  readonly target: StageTarget;
  /** ISO time. */
  readonly at: string;
}

interface Parsed {
  /** Of the file that it was read from: each stage makes another. */
  readonly inode: string;
  readonly stage: LastStage | null;
}

/** A step of a locker asks for it several times, and it holds the values of all lockers. */
const parsed = new WeakMap<BoxPaths, Parsed>();

export async function readLastStage(box: Pick<BoxContext, 'paths' | 'log'>): Promise<LastStage | null> {
  const inode = await inodeOf(box.paths.lastStage);
  const before = parsed.get(box.paths);
  if (before?.inode === inode) return before.stage;
  const stage = await parseFile(box);
  if (inode !== null) parsed.set(box.paths, { inode, stage });
  return stage;
}

/** Where the lockers of this box have code, config and data. */
export async function targetsHere(box: Pick<BoxContext, 'paths' | 'log'>): Promise<Targets> {
  return targetsOf((await readLastStage(box))?.target.service ?? null);
}

/** With its time, since a number comes round again. */
async function inodeOf(file: string): Promise<string | null> {
  const seen = await stat(file, { bigint: true }).catch(() => null);
  return seen && `${seen.dev}:${seen.ino}:${seen.mtimeNs}`;
}

/**
 * One that can't be read, off a sick disk or of another version, counts as none until the next stage
 * writes it anew: it must not keep anybody from looking at the lockers, or from starting them.
 */
async function parseFile(box: Pick<BoxContext, 'paths' | 'log'>): Promise<LastStage | null> {
  const text = await readFile(box.paths.lastStage, 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    const { target, at } = JSON.parse(text) as { target: unknown; at: string };
    return { target: StageTarget.parse(target), at };
  } catch (error) {
    box.log(`${box.paths.lastStage} can not be read: ${(error as Error).message.slice(0, 500)}`);
    return null;
  }
}

export async function writeLastStage(box: Pick<BoxContext, 'paths'>, stage: LastStage): Promise<void> {
  const temporary = `${box.paths.lastStage}.tmp`;
  const handle = await open(temporary, 'w', 0o600);
  try {
    await handle.writeFile(`${JSON.stringify(stage)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, box.paths.lastStage);
  await syncFolder(box.paths.state);
}
