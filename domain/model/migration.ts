/**
 * What a box knows of the migrations of its releases: one record for each id and scope, lasting. A
 * migration is done at most once in its scope whatever dies, so `begun` says only that it may have
 * run; what it came to is decided by its runner's result, by its own check, or by a person.
 */
import { z } from 'zod';
import { CodeId, ServiceName, Sha } from './ids';

export const MigrationId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,59}$/, 'use 1-60 of a-z, 0-9 and -');

/** A locker's name, or `-`: the whole box. */
export const MigrationScope = z.string().regex(/^(?:-|[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?)$/, 'a locker, or - for the box');
export const WHOLE_BOX = '-';

export const MigrationWhen = z.enum(['before-first', 'per-locker', 'all-halted']);
export type MigrationWhen = z.infer<typeof MigrationWhen>;

export const MigrationRecord = z.strictObject({
  service: ServiceName,
  id: MigrationId,
  scope: MigrationScope,
  /**
   * `begun`: its run is announced, and nobody knows yet what it came to. `undoing`: the same of its undo.
   * `undecided`: it may have run, and neither its result nor its check says whether it is done; a person says.
   * `not-done`: it came to nothing, or was undone.
   */
  state: z.enum(['begun', 'undoing', 'undecided', 'done', 'not-done']),
  when: MigrationWhen,
  reversible: z.boolean(),
  /** The code that brought it: a release that does not contain that commit does not know these data. */
  code: z.strictObject({ id: CodeId, revision: Sha }),
  /** Numbers its runs and undos; each has a folder of its own. */
  attempt: z.int().min(0),
  /** Who or what said so: a token, `check`, or a person. */
  by: z.string(),
  /** ISO time. */
  at: z.string(),
  evidence: z.array(z.string()).max(40),
});
export type MigrationRecord = z.infer<typeof MigrationRecord>;

/** Of an inventory: what the box knows, and whether the release that was asked about brings it. */
export const SeenMigration = MigrationRecord.pick({
  id: true,
  scope: true,
  state: true,
  when: true,
  reversible: true,
  evidence: true,
}).extend({ inTarget: z.boolean() });
export type SeenMigration = z.infer<typeof SeenMigration>;

/** What came of asking for one, where anybody knows; else MigrationUndecided is thrown. */
export const MigrateOutcome = z.discriminatedUnion('kind', [
  /** `ran`: now. `already`: known of before. `found`: its check says so. */
  z.strictObject({ kind: z.literal('done'), how: z.enum(['ran', 'already', 'found']), tookMs: z.number() }),
  /** The data are as before: it was not begun, or its check says that it is not done. */
  z.strictObject({ kind: z.literal('not-done'), evidence: z.array(z.string()).max(40) }),
]);
export type MigrateOutcome = z.infer<typeof MigrateOutcome>;
