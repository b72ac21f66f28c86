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

/** Below /Config. */
export const SecretPath = z
  .string()
  .regex(
    /^(?!.*(?:^|\/)\.{1,2}(?:\/|$))[A-Za-z0-9_.][A-Za-z0-9_.-]*(?:\/[A-Za-z0-9_.][A-Za-z0-9_.-]*)*$/,
    'a path below /Config such as apikeys.json',
  );

export const ServiceConfig = z.strictObject({
  name: ServiceName,
  code: z.strictObject({ repo: z.string().min(1), ref: z.string() }),
  config: z.strictObject({ repo: z.string().min(1), ref: z.string() }),
  port: z.int().min(1).max(65_535),
  probe: z.strictObject({
    /** GET: any 2xx is a good probe. */
    path: HttpPath,
    timeoutMs: z.int().positive(),
    intervalMs: z.int().positive(),
  }),
  /** GET: the locker's own answer; JSON `{ "build": … }`, compared with the release's build. */
  revisionPath: HttpPath,
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

/** Values that fill `{{name}}` in config templates. */
export const Values = z.record(z.string().regex(/^[a-z][a-zA-Z0-9_]*$/), z.union([z.string(), z.number(), z.boolean()]));
export type Values = z.infer<typeof Values>;
