/**
 * fleet.yaml: what should exist. This file holds the schema; `parse-fleet.ts` turns text into
 * a `Fleet` with errors that name line and column. Relative paths count from fleet.yaml's folder.
 */
import { z } from 'zod';
import { ChecksInput } from './check';
import { PositiveDuration } from './duration';
import { HooksInput } from './hook';
import { HttpPath } from './http-path';
import { BoxName, GitRef, LockerName, ServiceName } from './ids';
import { IdentityInput, People } from './people';
import { PolicyInput } from './policy';
import { Argv, Drain, HostName, Https, MountTarget, PathInLocker, SecretPath, Values } from './service';
import { TARGETS, nestedTargets } from './targets';
import { HoldOut } from './window';

/** It would be another folder for each account that reads it, the box's and the worker's; git itself takes it for a name. */
const NO_TILDE = /^(?!(?:file:\/\/)?~)/i;
const TILDE_CURE = '"~" is another folder for each account: write the path in full, as the machine that fetches has it';

const RepoInput = z.strictObject({
  /** A URL or path that the *box* can fetch; for a box with `stage: push`, that the worker can. */
  repo: z
    .string()
    .min(1)
    .regex(/^[^-\s]\S*$/, 'a repository is a URL or a path without spaces, not beginning with -')
    .regex(NO_TILDE, TILDE_CURE),
  ref: GitRef,
});

/** Dependencies that a build needs and a box without a way out can not fetch: made elsewhere, such as by CI. */
const PackedInput = z.strictObject({
  /** On the worker: one `<git's id of the lock file>.tar.gz` (or `.tar`) for each lock file that a release may have. */
  folder: z.string().min(1).regex(NO_TILDE, TILDE_CURE),
  /** In the code repository, such as package-lock.json. What is packed depends on nothing else. */
  lockfile: z.string().regex(/^(?!.*\.\.)[A-Za-z0-9_][A-Za-z0-9._/-]*$/, 'a path in the code repository'),
});

export const ProbeInput = z
  .strictObject({
    path: HttpPath.optional(),
    exec: Argv.optional(),
    host: HostName.optional(),
    socket: PathInLocker.optional(),
    https: Https.optional(),
    timeout: PositiveDuration.optional(),
    interval: PositiveDuration.optional(),
  })
  .refine(({ path, exec }) => (path === undefined) !== (exec === undefined), 'a probe has either path or exec')
  .refine(({ socket, https }) => socket === undefined || https === undefined, 'a probe has not both socket and https');

const RevisionInput = z
  .union([
    z.literal('mounts'),
    z.strictObject({ http: HttpPath.optional(), exec: Argv.optional(), file: PathInLocker.optional() }),
  ])
  .refine(
    (revision) => revision === 'mounts' || Object.keys(revision).length === 1,
    'a revision is mounts, or has one of http, exec and file',
  );
export type RevisionInput = z.infer<typeof RevisionInput>;

const MountsInput = z
  .strictObject({
    code: MountTarget.default(TARGETS.code),
    config: MountTarget.default(TARGETS.config),
    data: MountTarget.default(TARGETS.me),
  })
  .superRefine(({ code, config, data }, context) => {
    if (new Set([code, config, data]).size < 3) context.addIssue({ code: 'custom', message: 'two of the three are the same' });
    const nested = nestedTargets([code, config, data]);
    if (nested !== null) context.addIssue({ code: 'custom', message: `${nested[1]} lies within ${nested[0]}` });
  });

const AliveInput = z.strictObject({ exec: Argv, within: PositiveDuration.optional(), restart: z.boolean().default(false) });

const EvidenceInput = z
  .strictObject({ exec: Argv.optional(), file: PathInLocker.optional() })
  .refine(({ exec, file }) => (exec === undefined) !== (file === undefined), 'evidence has either exec or file');

export const ServiceInput = z.strictObject({
  code: RepoInput,
  config: RepoInput,
  /** Unpacked into the checkout before its build, on boxes with `stage: push`. */
  packed: PackedInput.optional(),
  port: z.int().min(1).max(65_535),
  probe: ProbeInput,
  /** How a locker tells the build that it runs. */
  revision: RevisionInput.default('mounts'),
  /** Where lockers have code, config and data, if not in /code, /Config and /Me. */
  mounts: MountsInput.optional(),
  /** Of containers with an init of their own: whether the application under it lives, and what it says of itself. */
  alive: AliveInput.optional(),
  evidence: EvidenceInput.optional(),
  drain: Drain.optional(),
  /** Files of /Config that no repository has: they lie on each box, in its `secrets` folder. */
  secrets: z.array(SecretPath).default([]),
  checks: ChecksInput.optional(),
  hooks: HooksInput.optional(),
  values: Values.default({}),
  policy: PolicyInput.default({}),
});
export type ServiceInput = z.infer<typeof ServiceInput>;

export const SshInput = z.strictObject({
  /** A name for ssh: looked up in the ssh config file first, as `ssh` does. */
  host: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:-]*$/, 'a host name or an address'),
  port: z.int().min(1).max(65_535).optional(),
  user: z
    .string()
    .regex(/^[a-z_][a-z0-9_.-]{0,31}$/, 'a user name')
    .optional(),
  identityFile: z.string().optional(),
  /** Pinned key, `ssh-ed25519 AAAA…`; wins over known hosts. */
  hostKey: z
    .string()
    .regex(/^(ssh-|ecdsa-)[a-z0-9@.-]+ [A-Za-z0-9+/=]+$/, 'a public key such as "ssh-ed25519 AAAA…"')
    .optional(),
  knownHosts: z.string().optional(),
  proxyJump: z.string().optional(),
  /** Instead of ~/.ssh/config and the system's; `none`: no file at all. */
  config: z.string().optional(),
  /** openssh: the system's ssh dials the box, for what ssh2 has not (certificates, security keys, newer algorithms). */
  via: z.enum(['ssh2', 'openssh']).optional(),
});
export type SshInput = z.infer<typeof SshInput>;

export const BoxInput = z.strictObject({
  service: ServiceName,
  ssh: SshInput,
  /** How code and config get there. push: from the worker, through the channel, to a box that reaches no repository. */
  stage: z.enum(['fetch', 'push']).default('fetch'),
  /** A box to play with: rollouts on it ask for no confirmation. */
  sandbox: z.boolean().default(false),
  values: Values.default({}),
  /** Per locker values; a locker that is not named here has the box's alone. */
  lockers: z.record(LockerName, z.strictObject({ values: Values.default({}), holdOut: HoldOut.optional() })).default({}),
  hooks: HooksInput.optional(),
  /** Each box runs the lockers that exist on it and match its pattern (box.json); these are left out. */
  policy: PolicyInput.default({}),
});
export type BoxInput = z.infer<typeof BoxInput>;

export const FleetInput = z.strictObject({
  version: z.literal(1),
  policy: PolicyInput.default({}),
  people: People.default({}),
  identity: IdentityInput.default({ required: false, keys: {} }),
  hooks: HooksInput.optional(),
  services: z.record(ServiceName, ServiceInput),
  boxes: z.record(BoxName, BoxInput),
});

/** The parsed file, checked across sections (each box names a service that exists). */
export type Fleet = z.infer<typeof FleetInput> & {
  /** Absolute path of the file, for messages and for resolving relative paths. */
  readonly file: string;
};
