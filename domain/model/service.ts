/**
 * What a box must know about a service to run its lockers: where its code and
 * config come from and how a locker is asked. fleet.yaml is the source; each stage
 * stores it on the box as the last known service config, so that the scripts on the
 * box probe and wait exactly as a rollout does. All times are milliseconds.
 */
import { z } from 'zod';
import { Checks } from './check';
import { HttpPath } from './http-path';
import { ServiceName } from './ids';

export const HttpDrain = z.strictObject({
  kind: z.literal('http'),
  /** POSTed once to begin the quiesce. */
  begin: HttpPath,
  /** POSTed to undo it. */
  undo: HttpPath,
  /** GET: 200 with JSON `{ "idle": true|false }`. */
  idle: HttpPath,
});

export const ExecDrain = z.strictObject({
  kind: z.literal('exec'),
  /** Run in the locker by lxc-attach; exit 0 = accepted. */
  begin: z.array(z.string()).min(1),
  undo: z.array(z.string()).min(1),
  /** Exit 0 = idle, 1 = busy, else a fault. */
  idle: z.array(z.string()).min(1),
});

export const Drain = z.discriminatedUnion('kind', [HttpDrain, ExecDrain]);
export type Drain = z.infer<typeof Drain>;

/** As the locker itself sees it. */
export const PathInLocker = z.string().regex(/^\/[^\0\n]*$/, 'an absolute path in the locker');

/** As LXC's config can say it without quotes. */
export const MountTarget = z
  .string()
  .regex(/^(?!.*\/\.{1,2}(?:\/|$))(?:\/[A-Za-z0-9_.+@-]+)+$/, 'an absolute path in the locker, of letters, digits and . _ + @ -');

export const Argv = z.array(z.string()).min(1);

/** A Host header; for HTTPS the name that is asked for, too. */
export const HostName = z.string().regex(/^[A-Za-z0-9](?:[A-Za-z0-9._-]*)(?::\d{1,5})?$/, 'a host name such as shop.example.org');

/** `unchecked`: whatever certificate it shows. `name`: whose it must be; `ca`: a file on the box with what it must be signed by. */
export const Https = z.union([
  z.literal('unchecked'),
  z.strictObject({
    name: HostName,
    ca: z
      .string()
      .regex(/^\/[^\0\n]*$/, 'an absolute path on the box')
      .optional(),
  }),
]);
export type Https = z.infer<typeof Https>;

/** Below /Config. */
export const SecretPath = z
  .string()
  .regex(
    /^(?!.*(?:^|\/)\.{1,2}(?:\/|$))[A-Za-z0-9_.][A-Za-z0-9_.-]*(?:\/[A-Za-z0-9_.][A-Za-z0-9_.-]*)*$/,
    'a path below /Config such as apikeys.json',
  );

/** Its text, or JSON `{ "build": … }`, is compared with the release's build. */
export const OwnAnswer = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('http'), path: HttpPath }),
  z.strictObject({ kind: z.literal('exec'), argv: Argv }),
  z.strictObject({ kind: z.literal('file'), path: PathInLocker }),
]);
export type OwnAnswer = z.infer<typeof OwnAnswer>;

export const Alive = z.strictObject({
  /** Run in the locker by lxc-attach; exit 0: it lives. */
  exec: Argv,
  /** From its start; before that, not to live yet is no death. */
  withinMs: z.int().positive(),
  /** lockerd restarts a locker whose application died under its init. */
  restart: z.boolean(),
});

export const EvidenceSource = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('exec'), argv: Argv }),
  z.strictObject({ kind: z.literal('file'), path: PathInLocker }),
]);

export const ServiceConfig = z.strictObject({
  name: ServiceName,
  code: z.strictObject({ repo: z.string().min(1), ref: z.string() }),
  config: z.strictObject({ repo: z.string().min(1), ref: z.string() }),
  port: z.int().min(1).max(65_535),
  probe: z.strictObject({
    /** GET: any 2xx is a good probe. Absent: `exec` is the probe. */
    path: HttpPath.optional(),
    /** Run in the locker by lxc-attach; exit 0 is a good probe. */
    exec: Argv.optional(),
    /** How whatever is asked over HTTP is asked: a Host header, a unix socket of the locker instead of its port, HTTPS. */
    host: HostName.optional(),
    socket: PathInLocker.optional(),
    https: Https.optional(),
    timeoutMs: z.int().positive(),
    intervalMs: z.int().positive(),
  }),
  /** The same as `revision` by http, which boxes of an earlier version know by this word alone. */
  revisionPath: HttpPath.optional(),
  /** How a locker tells the build that it runs. Neither: what its init has mounted must do. */
  revision: OwnAnswer.optional(),
  /** Where lockers have code, config and data. Absent: in /code, /Config and /Me. */
  mounts: z.strictObject({ code: MountTarget, config: MountTarget, data: MountTarget }).optional(),
  /** Whether its application lives, where its init lives on without it. Absent: its init is its application. */
  alive: Alive.optional(),
  /** What tells why it does not run. Absent: its console. */
  evidence: EvidenceSource.optional(),
  /** Absent: the service has no quiesce; its stop is graceful by signal and deadline alone. */
  drain: Drain.nullable(),
  /** Paths below /Config of files that lie on the box alone, see box/release/secrets.ts. Absent: none. */
  secrets: z.array(SecretPath).optional(),
  /** Absent: it has none. */
  checks: Checks.optional(),
  /** The box has no way to the repositories: it works with what was pushed to it. Absent: it fetches. */
  stage: z.literal('push').optional(),
});
export type ServiceConfig = z.infer<typeof ServiceConfig>;

/** null: the mounts of its init are the only proof. */
export function ownAnswerOf({ revision, revisionPath }: ServiceConfig): OwnAnswer | null {
  if (revision) return revision;
  return revisionPath === undefined ? null : { kind: 'http', path: revisionPath };
}

/** Values that fill `{{name}}` in config templates. */
export const Values = z.record(z.string().regex(/^[a-z][a-zA-Z0-9_]*$/), z.union([z.string(), z.number(), z.boolean()]));
export type Values = z.infer<typeof Values>;
