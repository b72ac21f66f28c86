/** Whether an HTTP answer is what a check expects, with what is wrong about it otherwise. Pure. */
import type { Expect } from '../model/check';

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** null: it is. Else what differs, as the rest of a sentence about the answer. */
export function differenceFrom({ status, contains, json }: Expect, answer: Answer): string | null {
  if (status === undefined ? !isGood(answer.status) : answer.status !== status)
    return `status ${answer.status} instead of ${status ?? '2xx'}`;
  if (contains !== undefined && !answer.body.includes(contains)) return `it does not contain ${JSON.stringify(contains)}`;
  if (json === undefined) return null;
  const said = parsed(answer.body);
  return said === NO_JSON ? 'it is no JSON' : differenceIn(json, said, []);
}

const isGood = (status: number): boolean => status >= 200 && status < 300;
const NO_JSON = Symbol('no JSON');

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return NO_JSON;
  }
}

/** Of a section only the keys that are written; of a list everything. */
function differenceIn(wanted: unknown, said: unknown, path: readonly string[]): string | null {
  if (!isSection(wanted)) return isSame(wanted, said) ? null : `${path.join('.')} is ${shown(said)} instead of ${shown(wanted)}`;
  if (!isSection(said)) return `${path.join('.') || 'it'} is ${shown(said)} and no section`;
  for (const [key, inner] of Object.entries(wanted)) {
    const at = [...path, key];
    if (!Object.hasOwn(said, key)) return `it has no ${at.join('.')}`;
    const different = differenceIn(inner, said[key], at);
    if (different !== null) return different;
  }
  return null;
}

const isSection = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function isSame(a: unknown, b: unknown): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) {
    if (!isSection(a) || !isSection(b)) return a === b;
    const keys = Object.keys(a);
    return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isSame(a[key], b[key]));
  }
  return a.length === b.length && a.every((item, index) => isSame(item, b[index]));
}

const shown = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 80);
