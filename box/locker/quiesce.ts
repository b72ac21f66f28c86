/** A service's reversible quiesce, over HTTP or by a command inside the locker. Looks and effects only; drain.ts decides. */
import type { LockerName } from '../../domain/model/ids';
import type { ServiceConfig } from '../../domain/model/service';
import type { BoxContext } from '../context';
import { evidenceOf } from '../run';
import { askHttp } from './ask-http';
import { findDoor } from './door';
import type { Door } from './door';

export type Told =
  | { readonly kind: 'accepted' }
  /** Nothing listens: there is nothing to drain. */
  | { readonly kind: 'nobody'; readonly detail: string }
  | { readonly kind: 'failed'; readonly detail: string };
export type Idle = { readonly kind: 'idle' } | { readonly kind: 'busy' | 'failed' | 'nobody'; readonly detail: string };

export interface Quiesce {
  begin(): Promise<Told>;
  undo(): Promise<Told>;
  isIdle(): Promise<Idle>;
}

const EXEC_MS = 10_000;

export async function quiesceOf(box: BoxContext, locker: LockerName, service: ServiceConfig): Promise<Quiesce | null> {
  const { drain } = service;
  if (!drain) return null;
  if (drain.kind === 'exec') {
    const tell = async (argv: readonly string[]): Promise<Told> => {
      const ran = await box.lxc.attach(locker, argv, EXEC_MS);
      return ran.code === 0 ? { kind: 'accepted' } : { kind: 'failed', detail: evidenceOf(ran).join(' · ') };
    };
    return { begin: () => tell(drain.begin), undo: () => tell(drain.undo), isIdle: () => execIdle(box, locker, drain.idle) };
  }
  const door = await findDoor(box, locker, service);
  if (typeof door === 'string') return null;
  const at = { door, timeoutMs: service.probe.timeoutMs };
  const tell = async (path: string): Promise<Told> => {
    const answer = await askHttp({ ...at, method: 'POST', path });
    if (answer.kind === 'refused') return { kind: 'nobody', detail: answer.detail };
    return answer.kind === 'answer' && answer.status < 300 ? { kind: 'accepted' } : { kind: 'failed', detail: answer.detail };
  };
  return { begin: () => tell(drain.begin), undo: () => tell(drain.undo), isIdle: () => httpIdle(at, drain.idle) };
}

async function execIdle(box: BoxContext, locker: LockerName, argv: readonly string[]): Promise<Idle> {
  const ran = await box.lxc.attach(locker, argv, EXEC_MS);
  if (ran.code === 0) return { kind: 'idle' };
  return { kind: ran.code === 1 ? 'busy' : 'failed', detail: evidenceOf(ran).join(' · ') };
}

async function httpIdle(at: { door: Door; timeoutMs: number }, path: string): Promise<Idle> {
  const answer = await askHttp({ ...at, method: 'GET', path });
  if (answer.kind === 'refused') return { kind: 'nobody', detail: answer.detail };
  if (answer.kind === 'failed' || answer.status !== 200) return { kind: 'failed', detail: answer.detail };
  const said = /"idle"\s*:\s*(true|false)/.exec(answer.body)?.[1];
  if (said === 'true') return { kind: 'idle' };
  return { kind: said === 'false' ? 'busy' : 'failed', detail: answer.detail };
}
