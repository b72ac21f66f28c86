/** Migrations that can not be undone and that the data of a locker have, or may have, behind them, though its former version does not know them. */
import type { LockerName } from '../../domain/model/ids';
import { WHOLE_BOX } from '../../domain/model/migration';
import type { MigrationRecord } from '../../domain/model/migration';
import type { Daemon } from '../daemon';
import { kinship } from '../inspect/lineage';
import { mirrorOf } from '../release/mirror';
import { readRevision } from '../release/versions';

export interface Since {
  readonly locker: LockerName;
  /** Its former version. */
  readonly former: number;
}

/** Their ids. Where nobody knows what the former version is made of, or which code it contains, all of them count. */
export async function irreversibleSince(daemon: Daemon, { locker, former }: Since): Promise<string[]> {
  const revision = await readRevision(daemon, locker, former);
  const found = [...daemon.journal.state().migrations.values()].filter((one) => isFinal(one, locker));
  const unknown = await Promise.all(
    found.map(async ({ service, id, code }) => {
      if (revision === null || revision.service !== service) return [id];
      const of = { runs: revision.code.revision, target: code.revision };
      const kin = await kinship(mirrorOf(daemon, service, 'code'), of);
      return kin === 'same' || kin === 'behind' ? [] : [id];
    }),
  );
  return unknown.flat();
}

const isFinal = ({ reversible, state, scope }: MigrationRecord, locker: LockerName): boolean =>
  !reversible && state !== 'not-done' && (scope === WHOLE_BOX || scope === locker);
