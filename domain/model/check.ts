/**
 * Checks of a service: what a locker must do beyond answering its probe. `…Input` is what people
 * write in fleet.yaml; the rest is what a box is told when it stages and what it answers. A check is
 * stored on the box with the service config: a request names a set, never a command.
 */
import { z } from 'zod';
import { PositiveDuration } from './duration';
import { LockerName } from './ids';
import { CountOrPercent } from './policy';
import { HttpPath } from './http-path';

/** Of a check or a hook: it stands in tables, tokens and sentences. */
export const ItemName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'a name of small letters, digits and dashes');

/** What an answer must be; nothing written: any 2xx. */
export const Expect = z.strictObject({
  status: z.int().min(100).max(599).optional(),
  /** Somewhere in its text. */
  contains: z.string().min(1).max(1_000).optional(),
  /** Its JSON has at least these keys with these values, objects in it alike. */
  json: z.record(z.string(), z.json()).optional(),
});
export type Expect = z.infer<typeof Expect>;

/** No check may keep a rollout waiting for longer: it is asked up to three times. */
const MAX_TIMEOUT_MS = 10 * 60_000;

export const CheckInput = z
  .strictObject({
    name: ItemName,
    http: z.strictObject({ path: HttpPath, expect: Expect.optional() }).optional(),
    /** Run in the locker by lxc-attach. 0: pass · 75, 126, 127, 255, a signal: no answer · else: fail. */
    exec: z.array(z.string()).min(1).optional(),
    timeout: PositiveDuration.refine((ms) => ms <= MAX_TIMEOUT_MS, 'a check takes at most 10m').optional(),
    onTimeout: z.enum(['inconclusive', 'fail']).optional(),
  })
  .refine(({ http, exec }) => (http === undefined) !== (exec === undefined), 'a check has either http or exec');

export const ChecksInput = z
  .strictObject({
    /** After each locker, as the last part of verify. */
    fast: z.array(CheckInput).default([]),
    /** With the fast ones: on the canary's lockers after the canary, and at the end. */
    full: z.array(CheckInput).default([]),
    /** Of the lockers at the end: a count or a percentage. Nothing written: all. */
    sample: CountOrPercent.optional(),
  })
  .refine(({ fast, full }) => areDistinct([...fast, ...full]), 'two checks have one name');
export type ChecksInput = z.infer<typeof ChecksInput>;

const areDistinct = (items: readonly { name: string }[]): boolean => new Set(items.map(({ name }) => name)).size === items.length;

export const Check = z.strictObject({
  name: ItemName,
  ask: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('http'), path: HttpPath, expect: Expect }),
    z.strictObject({ kind: z.literal('exec'), argv: z.array(z.string()).min(1) }),
  ]),
  timeoutMs: z.int().positive(),
  onTimeout: z.enum(['inconclusive', 'fail']),
});
export type Check = z.infer<typeof Check>;

export const Checks = z.strictObject({ fast: z.array(Check), full: z.array(Check), sample: CountOrPercent.optional() });
export type Checks = z.infer<typeof Checks>;

export const CheckSet = z.enum(['fast', 'full']);
export type CheckSet = z.infer<typeof CheckSet>;

export const CheckResult = z.strictObject({
  name: ItemName,
  outcome: z.enum(['pass', 'fail', 'inconclusive']),
  /** What was answered, or that nothing was; null where it passed. */
  detail: z.string().nullable(),
  /** How often it was asked. */
  asked: z.int(),
  tookMs: z.number(),
});
export type CheckResult = z.infer<typeof CheckResult>;

export const CheckedLocker = z.strictObject({ locker: LockerName, checks: z.array(CheckResult) });
export type CheckedLocker = z.infer<typeof CheckedLocker>;
