/** freeze-changes and thaw-changes on the journal: for a person on the box, whoever holds it. */
import type { Freeze } from '../../domain/model/freeze';
import type { Daemon } from '../daemon';
import { addHistory } from '../history/history';

export async function freezeChanges(daemon: Daemon, { by, reason }: { by: string; reason: string }): Promise<Freeze> {
  const known = daemon.journal.state().freeze;
  if (known?.by === by && known.reason === reason) return known;
  const freeze = { by, reason, since: new Date(daemon.now()).toISOString() };
  await daemon.journal.append({ kind: 'freeze', freeze });
  await note(daemon, by, `changes frozen: ${reason}`);
  return freeze;
}

export async function thawChanges(daemon: Daemon, { by }: { by: string }): Promise<{ thawed: Freeze | null }> {
  const { freeze } = daemon.journal.state();
  if (freeze === null) return { thawed: null };
  await daemon.journal.append({ kind: 'freeze', freeze: null });
  await note(daemon, by, `changes thawed; they were frozen by ${freeze.by} since ${freeze.since}`);
  return { thawed: freeze };
}

async function note(daemon: Daemon, by: string, state: string): Promise<void> {
  daemon.log(`${by}: ${state}`);
  const rest = { since: null, release: null, counts: {}, takenFrom: null };
  await addHistory(daemon, { kind: 'freeze', holder: by, by, state, ...rest });
}
