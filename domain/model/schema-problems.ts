/**
 * What zod found, in words for people: the path, a sentence, whether the key itself is at fault
 * (and not its value), and whether it is a key of a later version. Used for fleet.yaml and flags.
 */
import type { z } from 'zod';
import { keysAt } from './known-keys';
import { laterKeyAt } from './later-keys';
import { didYouMean } from './near-miss';

export interface SchemaProblem {
  readonly path: readonly PropertyKey[];
  readonly sentence: string;
  /** Where to point: at the key, at its value, or (a key that is missing) at the section it should be in. */
  readonly at: 'key' | 'value' | 'section';
  readonly later: boolean;
}

type Issue = z.core.$ZodIssue;

/** `input` is what was parsed: zod does not say whether a key was missing or wrong. */
export function schemaProblems(schema: z.ZodType, input: unknown, issues: readonly Issue[]): SchemaProblem[] {
  return issues.flatMap((issue) => problemsOf(schema, input, issue));
}

function problemsOf(schema: z.ZodType, input: unknown, issue: Issue): SchemaProblem[] {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(schema, [...path, key]));
  if (issue.code === 'invalid_key') {
    return [{ path, at: 'key', later: false, sentence: `this name can not be used: ${issue.issues[0]?.message}` }];
  }
  const value = valueAt(input, path);
  if (value === undefined) return [{ path, at: 'section', later: false, sentence: 'is missing' }];
  if (issue.code === 'invalid_union' && issue.errors.length > 0) return closestBranch(schema, input, issue);
  return [{ path, at: 'value', later: false, sentence: wordOf(issue, value) }];
}

/** Keys of earlier versions → what is written now. */
const NOW_WRITTEN: Readonly<Record<string, string>> = { revisionPath: 'revision: { http: … }' };

function unknownKey(schema: z.ZodType, path: readonly PropertyKey[]): SchemaProblem {
  const now = NOW_WRITTEN[String(path.at(-1))];
  if (now !== undefined) return { path, at: 'key', later: false, sentence: `is now written ${now}` };
  const later = laterKeyAt(path);
  if (later !== null) return laterProblem(path, later.what);
  const known = keysAt(schema, path.slice(0, -1));
  const hint = didYouMean(String(path.at(-1)), known) || `; known here: ${known.join(', ')}`;
  return { path, at: 'key', later: false, sentence: `is not a known key${hint}` };
}

function laterProblem(path: readonly PropertyKey[], what: string): SchemaProblem {
  return { path, at: 'key', later: true, sentence: `is not available yet (${what})` };
}

/** Of "a count or a percentage", the complaint of the kind that was meant; of none, all that may stand here. */
function closestBranch(schema: z.ZodType, input: unknown, issue: Extract<Issue, { code: 'invalid_union' }>): SchemaProblem[] {
  const { path, errors } = issue;
  const meant = errors.filter((branch) => !branch.some((inner) => inner.path.length === 0 && isOtherKind(inner)));
  const [only] = meant;
  if (only && meant.length === 1) {
    const placed = only.map((inner) => ({ ...inner, path: [...path, ...inner.path] }));
    return schemaProblems(schema, input, placed);
  }
  const allowed = errors.flat().flatMap((inner) => expectationsOf(inner));
  return [{ path, at: 'value', later: false, sentence: shouldBe(allowed, valueAt(input, path)) }];
}

/** The literal of a union that was not written says nothing about the branch that was tried. */
const isOtherKind = (issue: Issue): boolean => issue.code === 'invalid_type' || issue.code === 'invalid_value';

function expectationsOf(issue: Issue): string[] {
  if (issue.code === 'invalid_value') return issue.values.map(String);
  return issue.code === 'invalid_type' ? [kindText(issue.expected)] : [issue.message];
}

function shouldBe(allowed: readonly string[], value: unknown): string {
  const hint = typeof value === 'string' ? didYouMean(value, allowed) : '';
  return `should be ${[...new Set(allowed)].join(' or ')}, not ${shown(value)}${hint}`;
}

function wordOf(issue: Issue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      // A schema with words of its own knows better than "text".
      return issue.message.startsWith('Invalid input') ? shouldBe(expectationsOf(issue), value) : withValue(issue.message, value);
    case 'invalid_value':
      return shouldBe(expectationsOf(issue), value);
    case 'invalid_union':
      return 'options' in issue && Array.isArray(issue.options) ? shouldBe(issue.options.map(String), value) : issue.message;
    case 'too_small':
      return issue.origin === 'array' ? 'is empty' : `must be at least ${issue.minimum}, not ${shown(value)}`;
    case 'too_big':
      return `must be at most ${issue.maximum}, not ${shown(value)}`;
    case 'invalid_format':
    case 'custom':
      return withValue(issue.message, value);
    case 'invalid_element':
    case 'invalid_key':
    case 'not_multiple_of':
    case 'unrecognized_keys':
      break;
  }
  return issue.message;
}

const withValue = (message: string, value: unknown): string =>
  typeof value === 'object' ? message : `${message} (not ${shown(value)})`;

const KINDS: Readonly<Record<string, string>> = {
  object: 'a section with keys',
  record: 'a section with keys',
  array: 'a list',
  string: 'text',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
};
const kindText = (kind: string): string => KINDS[kind] ?? kind;

/** As JSON, so that quotes and newlines stay on one line; never long. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a section with keys';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…"` : text;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}
