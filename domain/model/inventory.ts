/** What was seen on a box, and when. Made by lockerd's `inspect`; never assumed, never edited. */
import { z } from 'zod';
import { BoxName, CodeId, Digest, LockerName, Token } from './ids';
import { Revision } from './release';
import { SeenMigration } from './migration';
import { ReleaseManifest } from './release-manifest';
import { Freeze } from './freeze';
import { Lease } from './lease';
import { Lineage } from './lineage';

/** Something that must be mended before this locker may be touched. */
export const LockerProblem = z.strictObject({
  code: z.enum(['halt-signal-missing', 'me-not-mounted', 'mount-missing', 'config-unreadable', 'autostart-on', 'frozen']),
  /** Evidence: the line, the path, what was expected. */
  detail: z.string(),
});
export type LockerProblem = z.infer<typeof LockerProblem>;

export const Owed = z.strictObject({
  token: Token,
  /** Version directories; `from` null: the locker had none. */
  from: z.int().positive().nullable(),
  to: z.int().positive().nullable(),
  since: z.string(),
  /** It has not served since, whatever was done for it; absent: it did, or nobody has looked yet. */
  downSince: z.string().optional(),
});
export type Owed = z.infer<typeof Owed>;

export const SeenLocker = z.strictObject({
  name: LockerName,
  state: z.enum(['running', 'stopped', 'frozen', 'missing', 'other']),
  /** Its first one; null where the container has none. */
  address: z.string().nullable(),
  initPid: z.int().nullable(),
  /** REVISION of `current`; null: never deployed by lockstep. */
  current: Revision.nullable(),
  /** What the running init has mounted on /code and /Config; null when stopped or unknown. */
  running: z.strictObject({ codeId: CodeId.nullable(), version: z.int().positive().nullable() }).nullable(),
  /** What `current` will become at the next deliberate start (`update-code` on a running locker). */
  next: z.int().positive().nullable(),
  healthy: z.boolean(),
  /** The locker's own answer; null when it did not answer, or is not asked. */
  reportedBuild: z.string().nullable(),
  wanted: z.enum(['up', 'down']),
  owed: Owed.nullable(),
  parked: z.strictObject({ by: z.string(), token: Token, since: z.string() }).nullable(),
  /** Digest of the config rendered for the target asked about; null without a target. */
  targetConfigDigest: Digest.nullable(),
  /** How the target asked about stands to `current`; null: no target, or never deployed. */
  lineage: Lineage.nullable().default(null),
  problems: z.array(LockerProblem),
  /** It went down by itself three times in five minutes; lockerd starts it once a minute. */
  crashLoop: z.boolean().default(false),
  /** lockerd brought it back by itself, or is about to (`end` null); the latest time. */
  rewound: z
    .strictObject({ from: z.int().positive(), to: z.int().positive(), since: z.string(), end: z.string().nullable() })
    .nullable()
    .default(null),
  /** What its /Config has and the target's would not; the first of many. */
  goneConfig: z.array(z.string()).default([]),
  /** Of `config.required` of the target's release: what this locker's rendered config.json would not have. */
  missingConfig: z.array(z.string()).default([]),
  /** The target's release requires code that `current` does not contain, or that nobody can tell of. */
  tooOld: z.boolean().default(false),
});
export type SeenLocker = z.infer<typeof SeenLocker>;

/** Of the kernel, for all containers of the box together; null: it does not tell. */
export const KernelLimits = z.strictObject({
  /** `net.ipv4.neigh.default.gc_thresh3`: entries over all network namespaces. */
  neighbours: z.int().nullable(),
  /** `kernel.pty.max` less what it keeps for the box itself. */
  terminals: z.int().nullable(),
});
export type KernelLimits = z.infer<typeof KernelLimits>;

export const Inventory = z.strictObject({
  box: BoxName,
  /** ISO time, the box's clock. */
  at: z.string(),
  bootId: z.string(),
  lockerd: z.string(),
  node: z.string(),
  lxc: z.string(),
  cores: z.int().positive(),
  pressure: z.strictObject({ cpuSomeAvg10: z.number().nullable(), memoryAvailablePercent: z.number(), loadPerCore: z.number() }),
  disk: z.strictObject({ freeBytes: z.number(), freePercent: z.number() }),
  /** null: of a lockerd that did not look yet. */
  kernel: KernelLimits.nullable().default(null),
  lease: Lease.nullable(),
  freeze: Freeze.nullable().default(null),
  lockers: z.array(SeenLocker),
  /** lockstep.json of the target's release; null without a target. */
  manifest: ReleaseManifest.nullable().default(null),
  /** Of the target's service: what the box knows of them, whole box and lockers; empty without a target. */
  migrations: z.array(SeenMigration).default([]),
  /** Whether it has what one locker more needs for a minute; null without a target. */
  rehearsal: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('possible') }),
      /** With figures. */
      z.strictObject({ kind: z.literal('impossible'), because: z.string() }),
    ])
    .nullable()
    .default(null),
});
export type Inventory = z.infer<typeof Inventory>;
