/** lockerctl freeze-changes and thaw-changes: nothing on this box is changed until a person on it says so. */
import { connectBox } from '../client/connect-box';
import type { Here } from '../client/connect-box';
import { openLockerd } from '../client/call-lockerd';
import type { Lockerd } from '../client/call-lockerd';
import { UsageError, localUser } from './arguments';
import type { Arguments } from './arguments';

export async function freezeChanges(here: Here, { reason, words }: Arguments): Promise<number> {
  if (words.length > 0) throw new UsageError('give the reason with --reason "…"');
  if (reason === null || reason.trim() === '') throw new UsageError('say why, for those who will meet it: --reason "…"');
  return asking(here, async (lockerd) => {
    const { by, since } = await lockerd.call('freeze-changes', { by: `local:${localUser()}`, reason: reason.trim() });
    print(`frozen by ${by} since ${since}: no rollout and no other user stages, drains, stops or switches anything here.`);
    print('What is down by a rollout is still brought up. Lift it with `lockerctl thaw-changes`.');
  });
}

export async function thawChanges(here: Here, { words }: Arguments): Promise<number> {
  if (words.length > 0) throw new UsageError('it takes no words');
  return asking(here, async (lockerd) => {
    const { thawed } = await lockerd.call('thaw-changes', { by: `local:${localUser()}` });
    print(thawed ? `thawed; was frozen by ${thawed.by} since ${thawed.since}: ${thawed.reason}` : 'nothing was frozen');
  });
}

async function asking(here: Here, ask: (lockerd: Lockerd) => Promise<void>): Promise<number> {
  const lockerd = await openLockerd(await connectBox(here));
  try {
    await ask(lockerd);
    return 0;
  } finally {
    lockerd.close();
  }
}

const print = (text: string): void => void process.stdout.write(`${text}\n`);
