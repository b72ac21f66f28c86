/** Asks a locker over HTTP. Whatever comes of it is a value: a locker that does not answer is no fault of ours. */
import type { ServiceConfig } from '../../domain/model/service';
import { Fault } from '../../domain/faults';
import type { LockerName } from '../../domain/model/ids';
import { askHttp } from '../locker/ask-http';

export interface Probed {
  /** good: 2xx · bad: another answer · none: no answer in time. */
  readonly kind: 'good' | 'bad' | 'none';
  readonly status?: number;
  readonly detail: string;
  /** Of none: the box could not ask, so it says nothing of the locker. */
  readonly local?: boolean;
}

export async function probe(address: string, port: number, path: string, timeoutMs: number): Promise<Probed> {
  const answer = await askHttp({ method: 'GET', address, port, path, timeoutMs });
  if (answer.kind !== 'answer')
    return { kind: 'none', detail: answer.detail, local: answer.kind === 'failed' && answer.local === true };
  const kind = answer.status >= 200 && answer.status < 300 ? 'good' : 'bad';
  return { kind, status: answer.status, detail: answer.detail };
}

/** The locker may be well. */
export const notAsked = (locker: LockerName, last: string): Fault =>
  new Fault(
    'ProbeImpossible',
    `The box could not ask locker ${locker}: the trouble is the box's own, and the locker may be well.`,
    {
      evidence: [last],
    },
  );

/** The build that the locker itself reports, as JSON `{ "build": … }` or as plain text; null: no such answer. */
export async function askBuild(address: string, service: ServiceConfig): Promise<string | null> {
  const { port, revisionPath: path, probe: rule } = service;
  const answer = await askHttp({ method: 'GET', address, port, path, timeoutMs: rule.timeoutMs });
  if (answer.kind !== 'answer' || answer.status !== 200) return null;
  try {
    const said = JSON.parse(answer.body) as unknown;
    const build = typeof said === 'object' && said !== null && 'build' in said ? said.build : said;
    return typeof build === 'string' ? build.slice(0, 100) : null;
  } catch {
    return answer.body.trim().slice(0, 100) || null;
  }
}
