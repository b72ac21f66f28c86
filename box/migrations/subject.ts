/** Which migration of which release, on what. */
import { Fault } from '../../domain/faults';
import type { LockerName, ServiceName } from '../../domain/model/ids';
import { WHOLE_BOX } from '../../domain/model/migration';
import type { MigrationRecord } from '../../domain/model/migration';
import type { Migration } from '../../domain/model/release-manifest';
import type { BoxContext } from '../context';
import { migrationKey } from '../journal/state';
import type { BoxState } from '../journal/state';
import { mirrorOf } from '../release/mirror';
import { readManifest } from '../release/read-manifest';

export interface Subject {
  readonly service: ServiceName;
  readonly code: MigrationRecord['code'];
  /** As the release's own manifest has it, never as a request does. */
  readonly migration: Migration;
  /** null: the whole box. */
  readonly locker: LockerName | null;
}

interface Asked {
  readonly service: ServiceName;
  readonly code: MigrationRecord['code'];
  readonly id: string;
  readonly locker: LockerName | null;
}

export async function subjectOf(box: BoxContext, { service, code, id, locker }: Asked): Promise<Subject> {
  const { migrations } = await readManifest(mirrorOf(box, service, 'code'), code.revision);
  const migration = migrations.find((one) => one.id === id);
  const scope = locker === null ? 'box' : 'locker';
  if (migration?.scope === scope) return { service, code, migration, locker };
  const evidence = [`it has: ${migrations.map((one) => `${one.id} (${one.scope})`).join(', ') || 'none'}`];
  throw new Fault('BadRequest', `Commit ${code.revision} has no migration ${id} of scope ${scope}.`, { evidence });
}

export const scopeOf = ({ locker }: Pick<Subject, 'locker'>): string => locker ?? WHOLE_BOX;

export function recordFor(state: BoxState, { service, migration, locker }: Subject): MigrationRecord | null {
  return state.migrations.get(migrationKey({ service, id: migration.id, scope: scopeOf({ locker }) })) ?? null;
}

export const nameOf = ({ id, scope }: Pick<MigrationRecord, 'id' | 'scope'>): string =>
  `migration ${id}${scope === WHOLE_BOX ? '' : ` of locker ${scope}`}`;
