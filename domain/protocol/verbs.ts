/**
 * Every verb of lockerd: its parameters and its result, checked on both ends. `changing` verbs
 * need the lease and a token and are journaled; the others look only. Times are milliseconds.
 */
import { z } from 'zod';
import { CheckedLocker, CheckSet } from '../model/check';
import { CodeId, Digest, GitRef, LockerName, ReleaseId, ServiceName, Sha, Token } from '../model/ids';
import { Inventory } from '../model/inventory';
import { Freeze } from '../model/freeze';
import { Lease } from '../model/lease';
import { MigrateOutcome, MigrationId, MigrationScope } from '../model/migration';
import { DrainOutcome, RehearsalOutcome, UpdateOutcome, VerifyOutcome } from '../model/outcome';
import { Release } from '../model/release';
import { ServiceConfig, Values } from '../model/service';

const Pressure = z.strictObject({
  cpuSomeAvg10: z.number(),
  memoryAvailable: z.number(),
  loadPerCore: z.number(),
  holdAfterMs: z.int(),
});
/** What the start lane may let begin. Sent with each update, so that the newest policy counts. */
export const LaneLimits = z.strictObject({ maxStarting: z.int().positive(), pressure: Pressure });
const StopRule = z.strictObject({ timeoutMs: z.int().positive(), onTimeout: z.enum(['kill', 'hold']) });

/** Renders the same config, and so the same digest, in `inspect` and in `stage`. */
export const StageTarget = z.strictObject({
  release: Release,
  service: ServiceConfig,
  /** Service values, overlaid by box values; per locker overlaid by the locker's own. */
  values: Values,
  lockerValues: z.record(LockerName, Values),
  /** What crashes again and again on this release is brought back by the box itself. Absent: it is not. */
  rewind: z.boolean().optional(),
});
export type StageTarget = z.infer<typeof StageTarget>;

const Repository = z.enum(['code', 'config']);
export type Repository = z.infer<typeof Repository>;

/** Parts are bounded so that a step of a locker never waits long behind one on the same channel. */
export const PART_BYTES = 128 * 1024;
const MAX_PART_BASE64 = Math.ceil(PART_BYTES / 3) * 4;

/** A file on its way to the box: what it must be once it is there. */
export const PushedFile = z.strictObject({ digest: Digest, bytes: z.int().positive() });
export type PushedFile = z.infer<typeof PushedFile>;

const Proof = z.strictObject({ goodProbes: z.int().positive(), stableMs: z.int(), deadlineMs: z.int().positive() });

const UpdateParams = z.strictObject({
  locker: LockerName,
  stop: StopRule,
  lane: LaneLimits,
  /** From start to first good probe. */
  startDeadlineMs: z.int().positive(),
});

export const VERBS = {
  inspect: {
    changing: false,
    params: z.strictObject({ target: StageTarget.nullable() }),
    result: Inventory,
  },
  /** Fetches the mirrors and resolves refs; makes the release's id, build and label. */
  resolve: {
    changing: false,
    params: z.strictObject({ service: ServiceConfig, codeRef: GitRef, configRef: GitRef, since: Release.shape.id.nullable() }),
    result: z.strictObject({
      release: Release,
      /** One line a commit, newest first, at most 50, from the release most lockers are on. */
      changes: z.strictObject({ code: z.array(z.string()), config: z.array(z.string()) }),
    }),
  },
  /** What a worker must know to push a commit: whether it is there, else the newest commits that are. */
  'mirror-tips': {
    changing: false,
    params: z.strictObject({ service: ServiceName, repository: Repository, commit: Sha, codeId: CodeId.nullable() }),
    /** `built`: that code needs no building, so nothing that it would be built with. */
    result: z.strictObject({ there: z.boolean(), tips: z.array(Sha), built: z.boolean() }),
  },
  /**
   * A part of a file, kept by its digest. Taken where it continues what is there, and not otherwise:
   * `received` says where to go on, after a cut too. An empty part only asks.
   */
  'receive-part': {
    changing: false,
    params: z.strictObject({ file: PushedFile, offset: z.int().min(0), data: z.string().max(MAX_PART_BASE64) }),
    result: z.strictObject({ received: z.int().min(0) }),
  },
  /** A received bundle into the mirror, the commit kept and named as the repository names it. `file` null: it was there. */
  'take-in': {
    changing: false,
    params: z.strictObject({
      service: ServiceName,
      repository: Repository,
      commit: Sha,
      ref: z
        .string()
        .regex(/^refs\/(heads|tags)\//)
        .nullable(),
      file: PushedFile.nullable(),
    }),
    result: z.strictObject({}),
  },
  /** Asks lockers the checks that the last stage left on the box. The full set has the fast ones in it. */
  check: {
    changing: false,
    params: z.strictObject({ lockers: z.array(LockerName).max(2_000), set: CheckSet }),
    result: z.strictObject({ configured: z.boolean(), lockers: z.array(CheckedLocker) }),
  },
  'take-lease': {
    changing: false,
    /** `force` takes it over from another holder with the next generation; recorded. */
    params: z.strictObject({ holder: Lease.shape.holder, by: Lease.shape.by, force: z.boolean() }),
    result: Lease,
  },
  'release-lease': {
    changing: false,
    params: z.strictObject({ holder: Lease.shape.holder, generation: z.int().positive() }),
    result: z.strictObject({ released: z.boolean() }),
  },
  /** Break-glass: whoever holds the box, nothing is staged, drained, stopped or switched until it is thawed. */
  'freeze-changes': {
    changing: false,
    params: Freeze.pick({ by: true, reason: true }),
    result: Freeze,
  },
  'thaw-changes': {
    changing: false,
    params: Freeze.pick({ by: true }),
    result: z.strictObject({ thawed: Freeze.nullable() }),
  },
  /** Tells lockerd that somebody still cares for these tokens (see design: dead-man). */
  heartbeat: {
    changing: false,
    params: z.strictObject({ tokens: z.array(Token) }),
    result: z.strictObject({}),
  },
  /** What the last stage left on the box, for the scripts; null: nothing was ever staged. */
  'last-stage': {
    changing: false,
    params: z.strictObject({}),
    result: z.strictObject({ stage: z.strictObject({ target: StageTarget, at: z.string() }).nullable() }),
  },
  /** Three crashes in five minutes, on the version that the locker is on; `why`: of the latest one. */
  'crash-loops': {
    changing: false,
    params: z.strictObject({}),
    result: z.strictObject({
      lockers: z.array(
        z.strictObject({
          locker: LockerName,
          version: z.int().positive().nullable(),
          release: ReleaseId.nullable(),
          crashes: z.int(),
          why: z.string(),
        }),
      ),
    }),
  },
  history: {
    changing: false,
    params: z.strictObject({ limit: z.int().min(1).max(1000) }),
    result: z.strictObject({ records: z.array(z.unknown()) }),
  },
  /** Fetch by full SHA, build, check; render config and make a version directory per locker. Nothing is stopped. */
  stage: {
    changing: true,
    params: z.strictObject({
      target: StageTarget,
      lockers: z.array(LockerName),
      freeBytesNeeded: z.number(),
      /** Received before: a tar of dependencies, unpacked into the checkout before its build. */
      packed: PushedFile.optional(),
    }),
    result: z.strictObject({
      built: z.boolean(),
      versions: z.array(z.strictObject({ locker: LockerName, version: z.int().positive(), configDigest: Digest })),
    }),
  },
  /** Of what is staged: a throwaway locker, started, proven as every locker is, stopped and removed. No real one is touched. */
  rehearse: {
    changing: true,
    params: z.strictObject({
      target: StageTarget,
      stop: StopRule,
      lane: LaneLimits,
      startDeadlineMs: z.int().positive(),
      verify: Proof,
    }),
    result: RehearsalOutcome,
  },
  drain: {
    changing: true,
    params: z.strictObject({ locker: LockerName, timeoutMs: z.int().positive(), onTimeout: z.enum(['skip', 'proceed', 'hold']) }),
    result: DrainOutcome,
  },
  undrain: { changing: true, params: z.strictObject({ locker: LockerName }), result: z.strictObject({ undone: z.boolean() }) },
  /** stop → migrate → switch → start → first good probe, to the newest version directory of that release with that config. */
  update: {
    changing: true,
    /** `again`: also where it runs that already; a person forces it. `migrations`: of its data, that it may run. */
    params: UpdateParams.extend({
      to: ReleaseId,
      configDigest: Digest.optional(),
      again: z.boolean().optional(),
      migrations: z.array(MigrationId).max(100).optional(),
    }),
    result: UpdateOutcome,
  },
  /** The same, back to a version that is there. */
  restore: { changing: true, params: UpdateParams.extend({ toVersion: z.int().positive() }), result: UpdateOutcome },
  /** Good probes in a row, stable, right build, right mounts; then the locker is no longer owed. */
  verify: {
    changing: true,
    params: Proof.extend({ locker: LockerName }),
    result: VerifyOutcome,
  },
  /** Bare ones, for the scripts and barriers. */
  stop: {
    changing: true,
    params: z.strictObject({
      locker: LockerName,
      stop: StopRule,
      drain: z.strictObject({ timeoutMs: z.int() }).nullable(),
      /** A person wants it down for good; otherwise it is parked and `lxc-start-all` brings it up. */
      onPurpose: z.boolean().optional(),
    }),
    result: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('stopped'), killed: z.boolean(), tookMs: z.number() }),
      z.strictObject({ kind: z.literal('already') }),
      z.strictObject({ kind: z.literal('stop-timed-out'), evidence: z.array(z.string()) }),
    ]),
  },
  start: {
    changing: true,
    params: z.strictObject({ locker: LockerName, lane: LaneLimits, startDeadlineMs: z.int().positive() }),
    result: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('serving'), tookMs: z.number(), version: z.int().nullable() }),
      z.strictObject({ kind: z.literal('already') }),
      z.strictObject({ kind: z.literal('not-serving'), evidence: z.array(z.string()) }),
    ]),
  },
  /**
   * Container and owner's folder of a new locker, from the box's own template; `values` fill it. Data that are
   * there already are refused, or adopted as they are.
   */
  'add-locker': {
    changing: true,
    params: z.strictObject({ locker: LockerName, values: Values, adoptData: z.boolean() }),
    result: z.strictObject({ kind: z.literal('added'), newData: z.boolean() }),
  },
  /** A stopped locker's container, versions and logs; the owner's data only with `deleteData`. `data`: where they still are. */
  'remove-locker': {
    changing: true,
    params: z.strictObject({ locker: LockerName, deleteData: z.boolean() }),
    result: z.strictObject({ kind: z.literal('removed'), data: z.string().nullable() }),
  },
  /** For update-code: a stopped locker is switched at once, a running one at its next deliberate start. */
  link: {
    changing: true,
    params: z.strictObject({ locker: LockerName, to: ReleaseId, configDigest: Digest.optional() }),
    result: z.strictObject({ kind: z.enum(['linked', 'next', 'already']), version: z.int().positive() }),
  },
  /**
   * One migration of the whole box, of the release's own manifest, or its undo, at most once; the command is never in
   * a request. Throws MigrationUndecided where only a person can say.
   */
  migrate: {
    changing: true,
    params: z.strictObject({
      service: ServiceName,
      code: z.strictObject({ id: CodeId, revision: Sha }),
      migration: MigrationId,
      direction: z.enum(['run', 'undo']),
    }),
    result: MigrateOutcome,
  },
  /** A person says what nobody knows; whoever holds the box, and recorded. `settled` null: there was nothing to say. */
  'settle-migration': {
    changing: false,
    params: z.strictObject({
      migration: MigrationId,
      locker: LockerName.optional(),
      as: z.enum(['done', 'not-done']),
      by: Freeze.shape.by,
    }),
    result: z.strictObject({ settled: z.array(z.strictObject({ id: MigrationId, scope: MigrationScope })) }),
  },
  /** Checks, history record, garbage; gives no lease back (release-lease does). */
  settle: {
    changing: true,
    params: z.strictObject({
      summary: z.strictObject({
        state: z.string(),
        release: z.string().nullable(),
        counts: z.record(z.string(), z.int()),
        by: z.string(),
      }),
      keepReleases: z.int().positive(),
    }),
    result: z.strictObject({ removed: z.array(z.string()), owed: z.array(LockerName) }),
  },
} as const;

export type Verb = keyof typeof VERBS;
export type VerbParams<V extends Verb> = z.input<(typeof VERBS)[V]['params']>;
export type VerbResult<V extends Verb> = z.output<(typeof VERBS)[V]['result']>;
