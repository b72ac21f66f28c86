/** One rehearsal on a box at a time, its removal included: what upkeep finds left is not what a job has just made. */
import { existsSync } from 'node:fs';
import type { Daemon } from '../daemon';
import { makeTurns } from '../jobs/turns';
import { removeRehearsal } from './remove-rehearsal';

const turns = makeTurns<string>();

export const inTurn = <T>({ paths }: Pick<Daemon, 'paths'>, work: () => Promise<T>): Promise<T> => turns(paths.rehearsal, work);

/** What a job left that will not be taken up (a newer holder came) is nobody's. */
export function isLeft({ paths, jobs }: Pick<Daemon, 'paths' | 'jobs'>): boolean {
  return existsSync(paths.rehearsal) && !jobs.running().some(({ verb }) => verb === 'rehearse');
}

export async function sweepRehearsal(daemon: Daemon): Promise<void> {
  await inTurn(daemon, async () => {
    if (!isLeft(daemon)) return;
    daemon.log('a rehearsal was left behind: removed');
    await removeRehearsal(daemon);
  });
}
