/**
 * Names and ids, checked once at the door and branded, so that a locker's name
 * is never taken for a box's. The patterns are narrow on purpose: a name that
 * matches can't be an option, a path step upwards, or a second line.
 */
import { z } from 'zod';
import { refProblem } from './git-ref';

const NAME = /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/;
const NAME_RULE = 'use 1-32 of a-z, 0-9 and -, not beginning or ending with -';

export const BoxName = z.string().regex(NAME, NAME_RULE).brand<'BoxName'>();
export type BoxName = z.infer<typeof BoxName>;

export const LockerName = z.string().regex(NAME, NAME_RULE).brand<'LockerName'>();
export type LockerName = z.infer<typeof LockerName>;

export const ServiceName = z.string().regex(NAME, NAME_RULE).brand<'ServiceName'>();
export type ServiceName = z.infer<typeof ServiceName>;

/** A random UUID made when a rollout starts; kept through continue-as-new and reset. */
export const RolloutId = z.uuid().brand<'RolloutId'>();
export type RolloutId = z.infer<typeof RolloutId>;

/** `r` + 12 hex: hash of service, code revision and build inputs, config revision. */
export const ReleaseId = z
  .string()
  .regex(/^r[0-9a-f]{12}$/)
  .brand<'ReleaseId'>();
export type ReleaseId = z.infer<typeof ReleaseId>;

/** `c` + 12 hex: hash of service, code revision and build inputs; names `/var/locker/code/<codeId>`. */
export const CodeId = z
  .string()
  .regex(/^c[0-9a-f]{12}$/)
  .brand<'CodeId'>();
export type CodeId = z.infer<typeof CodeId>;

/** A full git object name. Abbreviated ones are refused: they can become ambiguous. */
export const Sha = z
  .string()
  .regex(/^[0-9a-f]{40}$/)
  .brand<'Sha'>();
export type Sha = z.infer<typeof Sha>;

/** A branch, tag or full commit that a person may ask for. Never begins with `-`. */
export const GitRef = z.string().check((ctx) => {
  const problem = refProblem(ctx.value);
  if (problem !== null) ctx.issues.push({ code: 'custom', message: problem, input: ctx.value });
});
export type GitRef = z.infer<typeof GitRef>;

/** 64 hex digits: sha-256 over the rendered config of one locker, or over a plan. */
export const Digest = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .brand<'Digest'>();
export type Digest = z.infer<typeof Digest>;

export const Step = z.enum([
  'drain',
  'undrain',
  'update',
  'verify',
  'restore',
  'stop',
  'start',
  'stage',
  'rehearse',
  'settle',
  'link',
  'add',
  'remove',
  'migrate',
  'undo',
]);
export type Step = z.infer<typeof Step>;

/**
 * Names one changing request for ever: `rollout/box/locker/cycle/step`.
 * A retry carries the same token; a person's retry, a restore and a roll-back a new cycle.
 * Requests on the whole box have `-` for the locker and cycle 0.
 */
export const Token = z
  .string()
  .regex(/^[a-z0-9:._-]{1,80}\/[a-z0-9-]{1,32}\/[a-z0-9-]{1,32}\/\d{1,6}\/[a-z]+$/)
  .brand<'Token'>();
export type Token = z.infer<typeof Token>;
