/** The box's journal as lines of time; what it has compacted into a snapshot is told as the lines that it came from. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sandbox } from '../test/support/sandbox';

export interface Line {
  readonly at: string;
  readonly kind: string;
  readonly token?: string;
  readonly verb?: string;
  readonly params?: { locker?: string };
  readonly intent?: { kind: string };
  readonly effect?: string;
}

interface Job {
  readonly token: string;
  readonly verb: string;
  readonly params?: { locker?: string };
  readonly since: string;
  readonly intents: readonly { readonly at: string; readonly intent: { kind: string } }[];
  readonly end: { readonly kind: string; readonly at: string } | null;
}

export async function journalLines(sandbox: Sandbox, since: number): Promise<Line[]> {
  const text = await readFile(join(sandbox.boxLayout.root, 'state', 'journal'), 'utf8');
  return linesIn(text).filter(({ at }) => Date.parse(at) >= since);
}

/** Pure. */
export function linesIn(text: string): Line[] {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.flatMap((line) => {
    const parsed = JSON.parse(line) as Line & { state?: { jobs: readonly Job[] } };
    return parsed.kind === 'snapshot' ? (parsed.state?.jobs ?? []).flatMap(unfold) : [parsed];
  });
}

function unfold({ token, verb, params, since, intents, end }: Job): Line[] {
  const accepted = { at: since, kind: 'job', token, verb, ...(params && { params }) };
  const meant = intents.map(({ at, intent }) => ({ at, kind: 'intent', token, intent }));
  return [accepted, ...meant, ...(end ? [{ at: end.at, kind: end.kind, token }] : [])];
}

/** When each locker was first about to be done that to (epoch ms). Pure. */
export function intentTimes(lines: readonly Line[], kind: string): Map<string, number> {
  const lockers = new Map(
    lines.flatMap(({ token, params }) => (token && params?.locker ? [[token, params.locker] as const] : [])),
  );
  const times = new Map<string, number>();
  for (const { token = '', intent, at } of lines) {
    const locker = lockers.get(token);
    if (intent?.kind === kind && locker !== undefined && !times.has(locker)) times.set(locker, Date.parse(at));
  }
  return times;
}
