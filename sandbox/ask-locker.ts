/** One question to a locker from outside, as its owner would ask; null: no answer, or not a good one. */
import { z } from 'zod';
import { addressOf } from './box-addresses';
import { SANDBOX_VALUES } from './sandbox-fleet';
import type { BoxState } from './sandbox-state';

const ANSWERS_WITHIN_MS = 2_000;

const Revision = z.object({ build: z.string() });
const Idle = z.object({ quiesced: z.boolean() });

/** The build that it says it runs. */
export async function askBuild(box: BoxState, locker: string): Promise<string | null> {
  return Revision.safeParse(await ask(box, locker, '/core/revision')).data?.build ?? null;
}

export async function isHealthy(box: BoxState, locker: string): Promise<boolean> {
  return (await ask(box, locker, '/health')) !== null;
}

export async function isQuiesced(box: BoxState, locker: string): Promise<boolean> {
  return Idle.safeParse(await ask(box, locker, '/core/idle')).data?.quiesced ?? false;
}

async function ask(box: BoxState, locker: string, path: string): Promise<unknown> {
  try {
    const url = `http://${addressOf(box, locker)}:${SANDBOX_VALUES.port}${path}`;
    const response = await fetch(url, { signal: AbortSignal.timeout(ANSWERS_WITHIN_MS), headers: { connection: 'close' } });
    const body: unknown = await response.json();
    return response.ok ? body : null;
  } catch {
    // Down, starting or gone: for whoever asks it is one answer.
    return null;
  }
}
