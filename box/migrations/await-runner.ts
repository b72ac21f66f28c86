/** Waits for the end of one attempt, whoever started its runner and however often lockerd was restarted since. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { BoxContext } from '../context';
import { lives } from '../lxc/see';
import { endProcessesWith, processesWith } from '../release/end-processes';
import { claim, readBegin, readResult, readStarted } from './attempt-folder';
import type { Result, Started } from './attempt-folder';
import { RUN_ENTRY, runValue } from './command-of';

export type RunnerEnd =
  /** Certain: nobody began it, and nobody will. */
  | { readonly kind: 'never' }
  | { readonly kind: 'result'; readonly result: Result }
  /** It began, and it is gone without a word. */
  | { readonly kind: 'gone'; readonly startedAt: string };

/** A runner that was just started needs a moment to take its attempt, on a busy box some. */
const TAKE_MS = 15_000;
const LOOK_MS = 100;
/** Beyond the command's own deadline, which its runner keeps. */
const MARGIN_MS = 5_000;

export async function awaitRunner(box: BoxContext, folder: string, onWait: () => void): Promise<RunnerEnd> {
  const started = await untilTaken(box, folder);
  if (started.by === 'nobody') return { kind: 'never' };
  onWait();
  while (runs(box, started)) await sleep(LOOK_MS);
  await untilNobodyWorks(box, folder, started);
  const result = await readResult(folder);
  return result ? { kind: 'result', result } : { kind: 'gone', startedAt: started.at };
}

async function untilTaken(box: BoxContext, folder: string): Promise<Started> {
  for (const end = box.now() + TAKE_MS; box.now() < end; await sleep(LOOK_MS)) {
    const started = await readStarted(folder);
    if (started) return started;
  }
  const nobody = { by: 'nobody', at: new Date(box.now()).toISOString() } as const;
  await claim(folder, nobody);
  return (await readStarted(folder)) ?? nobody;
}

type Runner = Extract<Started, { by: 'runner' }>;

export const runs = ({ bootId }: Pick<BoxContext, 'bootId'>, runner: Runner): boolean =>
  runner.bootId === bootId && lives(runner);

/** Its command outlives a runner that was killed, and may have left others: none of them may still write when it is judged. */
async function untilNobodyWorks(box: BoxContext, folder: string, { at, bootId }: Runner): Promise<void> {
  if (bootId !== box.bootId) return;
  const entry = `${RUN_ENTRY}=${runValue(folder)}`;
  const begin = await readBegin(folder);
  const end = Date.parse(at) + (begin?.timeoutMs ?? 0) + MARGIN_MS;
  while ((await processesWith(entry)).length > 0) {
    if (box.now() >= end) return endProcessesWith(entry);
    await sleep(LOOK_MS);
  }
}
