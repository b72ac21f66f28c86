/** Asks a locker how it is. Whatever comes of it is a value: a locker that does not answer is no fault of ours. */
import { Fault } from '../../domain/faults';
import type { LockerName } from '../../domain/model/ids';
import type { ServiceConfig } from '../../domain/model/service';
import type { BoxContext } from '../context';
import { askHttp } from '../locker/ask-http';
import { findDoor } from '../locker/door';
import type { Door } from '../locker/door';
import { evidenceOf } from '../run';

export interface Probed {
  /** good: 2xx, or exit 0 · bad: another answer · none: no answer in time. */
  readonly kind: 'good' | 'bad' | 'none';
  readonly status?: number;
  readonly detail: string;
  /** Of none: the box could not ask, so it says nothing of the locker. */
  readonly local?: boolean;
}

/** By the service's own rule. */
export async function probe(box: BoxContext, locker: LockerName, service: ServiceConfig): Promise<Probed> {
  const { exec, path = '/', timeoutMs } = service.probe;
  if (exec) return probeByExec(box, locker, { exec, timeoutMs });
  const door = await findDoor(box, locker, service);
  return typeof door === 'string' ? { kind: 'none', detail: door } : probeAt(door, path, timeoutMs);
}

export async function probeAt(door: Door, path: string, timeoutMs: number): Promise<Probed> {
  const answer = await askHttp({ method: 'GET', door, path, timeoutMs });
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

/** null, 126, 127 and 255: it could not be run, or nobody could get into the locker. */
export const NOT_RUN: ReadonlySet<number | null> = new Set([null, 126, 127, 255]);

interface ByExec {
  readonly exec: readonly string[];
  readonly timeoutMs: number;
}

async function probeByExec(box: BoxContext, locker: LockerName, { exec, timeoutMs }: ByExec): Promise<Probed> {
  const ran = await box.lxc.attach(locker, exec, timeoutMs);
  const detail = evidenceOf(ran).join(' · ');
  if (ran.timedOut) return { kind: 'none', detail: `no answer in ${timeoutMs} ms: ${detail}` };
  if (ran.code === 0) return { kind: 'good', detail };
  return { kind: NOT_RUN.has(ran.code) ? 'none' : 'bad', detail };
}
