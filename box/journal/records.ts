/**
 * `state/journal`, format 1: JSON lines, append only, each fsynced before the effect that it
 * announces. One record a line:
 *
 *   { at, kind: 'journal', format, box }                    first line of the file
 *   { at, kind: 'lease', lease, from }                      granted; `from`: whose it was when taken over by force
 *   { at, kind: 'lease-released', generation }
 *   { at, kind: 'job', token, verb, params, holder, generation }   accepted
 *   { at, kind: 'adopted', token, generation }              a newer holder lets it finish
 *   { at, kind: 'intent', token, intent }                   about to be done
 *   { at, kind: 'effect', token, effect }                   and done
 *   { at, kind: 'done', token, result } | { at, kind: 'failed', token, fault }
 *   { at, kind: 'wanted' | 'owed' | 'paid' | 'parked' | 'next' | 'quiesced', locker, … }
 *   { at, kind: 'crashed', locker, why, version }           it went down by itself, or did not come up
 *   { at, kind: 'crash-loop', locker, version }             three times in five minutes on that version: told to people
 *   { at, kind: 'moved', locker, moved }                    from which version to which by a rollout; null: not to go back from
 *   { at, kind: 'rewind', locker, rewind }                  lockerd itself brings it back; `end`: what it came to
 *   { at, kind: 'boot', bootId }                            of the kernel under which lockerd now runs
 *   { at, kind: 'freeze', freeze }                          changes are frozen by a person on the box; null: no more
 *   { at, kind: 'migration', migration }                     what is known of one in its scope, from here on
 *   { at, kind: 'snapshot', state }                         what everything before it folds to (compaction)
 *
 * `at` is ISO time of the box's clock. Formats here are final: readers of a later version must
 * read a journal of this one.
 */
import { z } from 'zod';
import { LockerName, ReleaseId, Token } from '../../domain/model/ids';
import { Owed } from '../../domain/model/inventory';
import { Freeze } from '../../domain/model/freeze';
import { MigrationId, MigrationRecord, MigrationScope } from '../../domain/model/migration';
import { Lease } from '../../domain/model/lease';
import { VERBS } from '../../domain/protocol/verbs';
import type { Verb } from '../../domain/protocol/verbs';

const Init = z.strictObject({ pid: z.int().positive(), startTime: z.string() });
const VersionNumber = z.int().positive();

export const Intent = z.discriminatedUnion('kind', [
  /** A locker is about to be moved: from here on it is owed. */
  z.strictObject({ kind: z.literal('move'), from: VersionNumber.nullable(), to: VersionNumber }),
  /** Only the link of a locker that was stopped on purpose. */
  z.strictObject({ kind: z.literal('link'), from: VersionNumber.nullable(), to: VersionNumber }),
  z.strictObject({
    kind: z.literal('stop'),
    bootId: z.string(),
    init: Init,
    /** ISO time. */
    deadline: z.string(),
    /** False: this init was signalled by an earlier job; it is only waited for. */
    signal: z.boolean(),
  }),
  z.strictObject({ kind: z.literal('kill'), bootId: z.string(), init: Init }),
  z.strictObject({ kind: z.literal('thaw') }),
  z.strictObject({ kind: z.literal('switch'), from: VersionNumber.nullable(), to: VersionNumber }),
  z.strictObject({ kind: z.literal('start'), bootId: z.string(), version: VersionNumber.nullable() }),
  z.strictObject({ kind: z.literal('quiesce'), bootId: z.string(), init: Init }),
  z.strictObject({ kind: z.literal('unquiesce') }),
  /** `newData`: the owner's folder was not there before. */
  z.strictObject({ kind: z.literal('add'), newData: z.boolean() }),
  z.strictObject({ kind: z.literal('remove'), deleteData: z.boolean() }),
  z.strictObject({
    kind: z.literal('migrate'),
    id: MigrationId,
    scope: MigrationScope,
    attempt: z.int().positive(),
    /** Absent: run. */
    direction: z.enum(['run', 'undo']).optional(),
  }),
  /** From here on there may be a throwaway locker, until `done` or until somebody sweeps it away. */
  z.strictObject({ kind: z.literal('rehearse'), release: ReleaseId }),
]);
export type Intent = z.infer<typeof Intent>;
export type IntentKind = Intent['kind'];

export const Parked = z.strictObject({ by: z.string(), token: Token, since: z.string() });
export type Parked = z.infer<typeof Parked>;

export const Quiesced = z.strictObject({ token: Token, since: z.string() });

/** `from` null: it had none. */
export const Moved = z.strictObject({ from: VersionNumber.nullable(), to: VersionNumber, token: Token });

/** `end` null: not known yet. */
export const Rewind = z.strictObject({
  from: VersionNumber,
  to: VersionNumber,
  token: Token,
  since: z.string(),
  end: z.string().nullable(),
});
export type Rewind = z.infer<typeof Rewind>;

export const LockerRecord = z.strictObject({
  /** null: never said; then what runs is wanted up, what does not is wanted down. */
  wanted: z.enum(['up', 'down']).nullable(),
  owed: Owed.nullable(),
  parked: Parked.nullable(),
  /** Version that `current` becomes at the next deliberate start. */
  next: VersionNumber.nullable(),
  /** A quiesce that was begun and neither undone nor ended by a stop. */
  quiesced: Quiesced.nullable(),
  /** ISO times of the latest crashes, newest last (CRASHES_KEPT). */
  crashes: z.array(z.string()),
  /** The rest is absent in a journal of an earlier version. Version that the crashes were on. */
  crashedOn: VersionNumber.nullable().optional(),
  /** Why it went down last. */
  lastWords: z.string().optional(),
  /** The crash loop that people were told of last. */
  loop: z.strictObject({ version: VersionNumber.nullable(), at: z.string() }).nullable().optional(),
  moved: Moved.nullable().optional(),
  /** The latest one; a version that it names as `from` is never gone back from again. */
  rewind: Rewind.nullable().optional(),
});
export type LockerRecord = z.infer<typeof LockerRecord>;

const VerbName = z.enum(Object.keys(VERBS) as [Verb, ...Verb[]]);

export const Job = z.strictObject({
  token: Token,
  verb: VerbName,
  params: z.unknown(),
  holder: z.string(),
  /** Of the newest holder that adopted it. */
  generation: z.int().positive(),
  since: z.string(),
  /** Oldest first; `done`: its effect is known to have happened. */
  intents: z.array(z.strictObject({ at: z.string(), intent: Intent, done: z.boolean() })),
  /** null: it runs, or lockerd ended under it. */
  end: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('done'), at: z.string(), result: z.unknown() }),
      z.strictObject({ kind: z.literal('failed'), at: z.string(), fault: z.unknown() }),
    ])
    .nullable(),
});
export type Job = z.infer<typeof Job>;

const Snapshot = z.strictObject({
  lease: Lease.nullable(),
  generation: z.int(),
  bootId: z.string().nullable(),
  freeze: Freeze.nullable(),
  jobs: z.array(Job),
  lockers: z.array(z.tuple([LockerName, LockerRecord])),
  /** Absent in a journal of an earlier version. */
  migrations: z.array(MigrationRecord).default([]),
});

const at = z.string();
const locker = LockerName;

export const JournalRecord = z.discriminatedUnion('kind', [
  z.strictObject({ at, kind: z.literal('journal'), format: z.literal(1), box: z.string() }),
  z.strictObject({ at, kind: z.literal('lease'), lease: Lease, from: z.string().nullable() }),
  z.strictObject({ at, kind: z.literal('lease-released'), generation: z.int() }),
  z.strictObject({
    at,
    kind: z.literal('job'),
    token: Token,
    verb: VerbName,
    params: z.unknown(),
    holder: z.string(),
    generation: z.int().positive(),
  }),
  z.strictObject({ at, kind: z.literal('adopted'), token: Token, generation: z.int().positive() }),
  z.strictObject({ at, kind: z.literal('intent'), token: Token, intent: Intent }),
  z.strictObject({ at, kind: z.literal('effect'), token: Token, effect: z.string() }),
  z.strictObject({ at, kind: z.literal('done'), token: Token, result: z.unknown() }),
  z.strictObject({ at, kind: z.literal('failed'), token: Token, fault: z.unknown() }),
  z.strictObject({ at, kind: z.literal('wanted'), locker, wanted: z.enum(['up', 'down']) }),
  z.strictObject({ at, kind: z.literal('owed'), locker, owed: Owed }),
  z.strictObject({ at, kind: z.literal('paid'), locker }),
  z.strictObject({ at, kind: z.literal('parked'), locker, parked: Parked.nullable() }),
  z.strictObject({ at, kind: z.literal('next'), locker, version: VersionNumber.nullable() }),
  z.strictObject({ at, kind: z.literal('quiesced'), locker, quiesced: Quiesced.nullable() }),
  z.strictObject({ at, kind: z.literal('crashed'), locker, why: z.string(), version: VersionNumber.nullable().optional() }),
  z.strictObject({ at, kind: z.literal('crash-loop'), locker, version: VersionNumber.nullable() }),
  z.strictObject({ at, kind: z.literal('moved'), locker, moved: Moved.nullable() }),
  z.strictObject({ at, kind: z.literal('rewind'), locker, rewind: Rewind }),
  z.strictObject({ at, kind: z.literal('boot'), bootId: z.string() }),
  z.strictObject({ at, kind: z.literal('freeze'), freeze: Freeze.nullable() }),
  z.strictObject({ at, kind: z.literal('migration'), migration: MigrationRecord }),
  z.strictObject({ at, kind: z.literal('snapshot'), state: Snapshot }),
]);
export type JournalRecord = z.infer<typeof JournalRecord>;
/** A record as its writer makes it; the journal adds the time. */
export type NewRecord = JournalRecord extends infer R ? (R extends { at: string } ? Omit<R, 'at'> : never) : never;
