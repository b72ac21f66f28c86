/** The last known service config, values and release of this box: what the scripts work with when nobody else is there. */
import { open, readFile, rename } from 'node:fs/promises';
import { StageTarget } from '../../domain/protocol/verbs';
import type { BoxContext } from '../context';
import { syncFolder } from './versions';

export interface LastStage {
  readonly target: StageTarget;
  /** ISO time. */
  readonly at: string;
}

export async function readLastStage(box: Pick<BoxContext, 'paths'>): Promise<LastStage | null> {
  const text = await readFile(box.paths.lastStage, 'utf8').catch(() => null);
  if (text === null) return null;
  const { target, at } = JSON.parse(text) as { target: unknown; at: string };
  return { target: StageTarget.parse(target), at };
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
