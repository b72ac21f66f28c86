/**
 * `lockstep.json` at the root of a code repository, at the release's commit: how the release builds
 * itself, what it asks of the lockers that get it, and what is done once on the way to it. Commands
 * are argv arrays, never shell strings. Every key is optional; an unknown one is refused.
 */
import { z } from 'zod';
import { PositiveDuration } from './duration';
import { GitRef } from './ids';
import { schemaProblems } from './schema-problems';

const Argv = z.array(z.string()).min(1);

/** Below the tree: no way up and no way out. */
const TreePath = z.string().regex(/^(?!\/)(?!(?:.*\/)?\.\.(?:\/|$))[^\0]+$/, 'a path below the root of the code repository');

/** `nested.key`: one step a dot. */
const ConfigKey = z.string().regex(/^[^.\s]+(?:\.[^.\s]+)*$/, 'the name of a key, with dots between nested ones');

export const Migration = z
  .strictObject({
    /** Lasting: what ran once under this id never runs again on that box or locker. */
    id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,59}$/, 'use 1-60 of a-z, 0-9 and -'),
    scope: z.enum(['locker', 'box']),
    when: z.enum(['before-first', 'per-locker', 'all-halted']),
    reversible: z.boolean(),
    run: Argv,
    /** Exit 0: it is done. */
    check: Argv,
    undo: Argv.optional(),
    /** Kept as written, since what is read here is read again after each hop. */
    timeout: z
      .string()
      .refine((text) => PositiveDuration.safeParse(text).success, 'write a duration such as 10m')
      .default('10m'),
  })
  .refine(({ reversible, undo }) => reversible || undo === undefined, {
    path: ['undo'],
    message: 'only a reversible migration has an undo',
  });
export type Migration = z.infer<typeof Migration>;
export const timeoutMsOf = ({ timeout }: Pick<Migration, 'timeout'>): number => PositiveDuration.parse(timeout);

export const ReleaseManifest = z.strictObject({
  format: z.literal(1).default(1),
  build: z.array(Argv).default([]),
  buildTimeoutMs: z.int().positive().default(300_000),
  /** `from`: a commit or tag that the code a locker comes from must contain. */
  requires: z.strictObject({ from: GitRef.optional() }).optional(),
  /** `required`: keys that the rendered config.json of each locker must have. */
  config: z.strictObject({ required: z.array(ConfigKey).default([]) }).optional(),
  /** Run at staging in the built tree, as the build user: exit 0, or the release is refused. */
  check: Argv.optional(),
  /** `me`: a folder in the tree that the throwaway locker gets as its /Me. */
  rehearsal: z.strictObject({ me: TreePath.optional() }).optional(),
  migrations: z
    .array(Migration)
    .refine((all) => new Set(all.map(({ id }) => id)).size === all.length, 'two migrations have the same id')
    .default([]),
});
export type ReleaseManifest = z.infer<typeof ReleaseManifest>;

/** Of a release that has no lockstep.json. */
export const NO_MANIFEST: ReleaseManifest = ReleaseManifest.parse({});

export type ParsedManifest =
  | { readonly kind: 'valid'; readonly manifest: ReleaseManifest }
  /** Each with its place in the file. */
  | { readonly kind: 'invalid'; readonly problems: readonly string[] };

export function parseManifest(text: string): ParsedManifest {
  let written: unknown;
  try {
    written = JSON.parse(text);
  } catch (error) {
    return { kind: 'invalid', problems: [syntaxProblem(text, (error as Error).message)] };
  }
  const parsed = ReleaseManifest.safeParse(written);
  if (parsed.success) return { kind: 'valid', manifest: parsed.data };
  const problems = schemaProblems(ReleaseManifest, written, parsed.error.issues);
  return { kind: 'invalid', problems: problems.map(({ path, sentence }) => `${placeOf(path)}: ${sentence}`) };
}

const placeOf = (path: readonly PropertyKey[]): string => path.map(String).join('.') || 'the file';

/** JSON's own words name an offset, which nobody can count. */
function syntaxProblem(text: string, said: string): string {
  const offset = /at position (\d+)/.exec(said)?.[1];
  if (offset === undefined) return said;
  const before = text.slice(0, Number(offset)).split('\n');
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}: ${said}`;
}
