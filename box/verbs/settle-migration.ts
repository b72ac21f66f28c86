/** A person says what became of a migration that nobody knows about. The box takes the word, and writes down whose it is. */
import type { z } from 'zod';
import { Fault } from '../../domain/faults';
import { WHOLE_BOX } from '../../domain/model/migration';
import type { MigrationRecord } from '../../domain/model/migration';
import type { VERBS, VerbResult } from '../../domain/protocol/verbs';
import type { Daemon } from '../daemon';
import { addHistory } from '../history/history';
import { migrationKey } from '../journal/state';
import { isAnnounced } from '../migrations/settle-attempt';
import { nameOf } from '../migrations/subject';

type Params = z.output<(typeof VERBS)['settle-migration']['params']>;

export async function settleMigration(daemon: Daemon, params: Params): Promise<VerbResult<'settle-migration'>> {
  const { migration: id, locker, as, by } = params;
  const of = [...daemon.journal.state().migrations.values()].filter((record) => record.id === id);
  const asked = of.filter(({ scope }) => locker === undefined || scope === locker);
  const busy = asked.find(isAnnounced);
  if (busy) throw stillRuns(daemon, busy);
  const open = asked.filter(({ state }) => state === 'undecided');
  for (const record of open) await settle(daemon, record, { as, by });
  return { settled: open.map(({ scope }) => ({ id, scope })) };
}

async function settle(daemon: Daemon, record: MigrationRecord, { as, by }: Pick<Params, 'as' | 'by'>): Promise<void> {
  // Somebody was quicker.
  if (daemon.journal.state().migrations.get(migrationKey(record))?.state !== 'undecided') return;
  await daemon.journal.append({
    kind: 'migration',
    migration: { ...record, state: as, by, at: new Date(daemon.now()).toISOString() },
  });
  daemon.log(`${nameOf(record)}: ${as}, says ${by}`);
  const state = `${nameOf(record)} settled as ${as}`;
  await addHistory(daemon, {
    kind: 'migration',
    since: record.at,
    holder: `local:${by}`,
    by,
    state,
    release: null,
    counts: {},
    takenFrom: null,
  });
}

function stillRuns({ config }: Daemon, record: MigrationRecord): Fault {
  const which = record.scope === WHOLE_BOX ? '' : ' there';
  const sentence = `On ${config.box} ${nameOf(record)} still runs${which}, since ${record.at}: nobody needs to say what it came to.`;
  return new Fault('MigrationUnderWay', sentence, { cure: 'Wait until it has ended, then ask for the status again.' });
}
