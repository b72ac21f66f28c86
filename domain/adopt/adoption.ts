/**
 * What `adopt-box` and the box say to each other, checked on both ends: the request, the plan of an
 * adoption and of its undoing, and the frames (one JSON object a line) in which the box answers.
 */
import { z } from 'zod';
import { BoxName, CodeId, Digest, LockerName, ReleaseId, Sha } from '../model/ids';
import { ServiceConfig, Values } from '../model/service';
import { FoundServer } from './found-server';

/** A folder of the box; `{locker}` stands for the name. */
export const PlaceTemplate = z.string().regex(/^\/[^\0\s]*$/, 'an absolute path without spaces');

export const AdoptRequest = z.strictObject({
  service: ServiceConfig,
  values: Values,
  lockerValues: z.record(LockerName, Values),
  /** null: to be found out. */
  code: PlaceTemplate.nullable(),
  me: PlaceTemplate.nullable(),
  config: PlaceTemplate.nullable(),
  /** What becomes of the rest of a folder that is mounted as a whole: mounted one by one, or no longer seen. */
  rest: z.enum(['keep', 'drop']).nullable(),
  /** What the old code answers on the revision path; null: to be found out. */
  build: z.string().min(1).max(100).nullable(),
  /** Empty: all. */
  only: z.array(LockerName),
});
export type AdoptRequest = z.infer<typeof AdoptRequest>;

/** Why a locker can't be adopted as it is. */
export const AdoptProblem = z.strictObject({
  code: z.enum([
    'config-unreadable',
    'config-edited',
    'unknown-mount',
    'unknown-rest',
    'place-missing',
    'place-not-seen',
    'place-not-named',
    'data-in-the-way',
    'no-halt-handler',
    'runs-now',
  ]),
  detail: z.string(),
  cure: z.string(),
});
export type AdoptProblem = z.infer<typeof AdoptProblem>;

export const AdoptLocker = z.strictObject({
  name: LockerName,
  /** Its own process runs now: the change counts from its next start on. */
  runs: z.boolean(),
  kind: z.enum(['adopt', 'already']),
  configFile: z.string(),
  /** Lines of its own config: `- …` goes, `+ …` comes. */
  difference: z.array(z.string()),
  notes: z.array(z.string()),
  problems: z.array(AdoptProblem),
});
export type AdoptLocker = z.infer<typeof AdoptLocker>;

export const OldCode = z.strictObject({
  /** What all lockers run; where each has its own, that of the first. */
  tree: z.string(),
  /** False: known by its content, which `revision` is a hash of. */
  checkout: z.boolean().default(true),
  revision: Sha,
  subject: z.string(),
  id: CodeId,
  release: ReleaseId,
  label: z.string(),
  build: z.string(),
  /** Nobody tells what it answers, or it is never asked: `build` is made from its commit. */
  named: z.boolean().default(false),
  bytes: z.number(),
  /** Lines of `git status`: what differs from the revision. */
  changed: z.array(z.string()),
});
export type OldCode = z.infer<typeof OldCode>;

export const AdoptionPlan = z.strictObject({
  box: BoxName,
  /** null: every locker is adopted already. */
  code: OldCode.nullable(),
  lockers: z.array(AdoptLocker),
  /** What runs in those that run. */
  found: z.array(FoundServer).default([]),
  /** Containers that the pattern leaves out. */
  strangers: z.array(z.string()),
  notes: z.array(z.string()),
  /** Of all that would be written. */
  digest: Digest,
});
export type AdoptionPlan = z.infer<typeof AdoptionPlan>;

export const UndoLocker = z.strictObject({
  name: LockerName,
  kind: z.enum(['restore', 'can-not']),
  because: z.string(),
  cure: z.string(),
});
export type UndoLocker = z.infer<typeof UndoLocker>;

export const UndoPlan = z.strictObject({ box: BoxName, lockers: z.array(UndoLocker), digest: Digest });
export type UndoPlan = z.infer<typeof UndoPlan>;

export const AdoptCommand = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('plan'), request: AdoptRequest }),
  /** Refused where the plan has become another one. */
  z.strictObject({ do: z.literal('adopt'), request: AdoptRequest, digest: Digest }),
  z.strictObject({ do: z.literal('plan-undo'), only: z.array(LockerName) }),
  z.strictObject({ do: z.literal('undo'), only: z.array(LockerName), digest: Digest }),
]);
export type AdoptCommand = z.infer<typeof AdoptCommand>;

export const AdoptFrame = z.union([
  z.strictObject({ progress: z.string() }),
  z.strictObject({ plan: AdoptionPlan }),
  z.strictObject({ undoPlan: UndoPlan }),
  z.strictObject({ adopted: z.array(LockerName) }),
  z.strictObject({ undone: z.array(LockerName) }),
  z.strictObject({
    fault: z.strictObject({ code: z.string(), sentence: z.string(), cure: z.string(), evidence: z.array(z.string()) }),
  }),
]);
export type AdoptFrame = z.infer<typeof AdoptFrame>;

/** `state/adoption.json` on the box: what was adopted, and what a config was before and after. */
export const AdoptionRecord = z.strictObject({
  format: z.literal(1),
  lockers: z.record(
    LockerName,
    z.strictObject({
      at: z.string(),
      by: z.string(),
      /** The folder that holds its data: the link in the data folder names it. */
      me: z.string(),
      release: ReleaseId,
      code: CodeId,
      /** sha-256 of the config's bytes. */
      before: Digest,
      after: Digest,
    }),
  ),
});
export type AdoptionRecord = z.infer<typeof AdoptionRecord>;
