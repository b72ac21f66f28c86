/** All lasting state of a box: what the journal's records fold to (fold.ts). It changes only by a record. */
import type { LockerName, Token } from '../../domain/model/ids';
import type { Freeze } from '../../domain/model/freeze';
import type { Lease } from '../../domain/model/lease';
import type { MigrationRecord } from '../../domain/model/migration';
import type { Job, LockerRecord } from './records';

export interface BoxState {
  readonly lease: Lease | null;
  /** Highest ever granted; 0: none yet. */
  readonly generation: number;
  /** Under which lockerd ran last; null: it never said. */
  readonly bootId: string | null;
  readonly freeze: Freeze | null;
  /** In the order of their acceptance. */
  readonly jobs: ReadonlyMap<Token, Job>;
  readonly lockers: ReadonlyMap<LockerName, LockerRecord>;
  /** By service, id and scope (migrationKey). */
  readonly migrations: ReadonlyMap<string, MigrationRecord>;
}

export const migrationKey = ({ service, id, scope }: Pick<MigrationRecord, 'service' | 'id' | 'scope'>): string =>
  `${service}/${id}/${scope}`;

export const NO_RECORD: LockerRecord = { wanted: null, owed: null, parked: null, next: null, quiesced: null, crashes: [] };

export function recordOf(state: BoxState, locker: LockerName): LockerRecord {
  return state.lockers.get(locker) ?? NO_RECORD;
}

/** A locker that nobody ever asked for either way is wanted as it is found. */
export function wantedOf(state: BoxState, locker: LockerName, runs: boolean): 'up' | 'down' {
  return recordOf(state, locker).wanted ?? (runs ? 'up' : 'down');
}
