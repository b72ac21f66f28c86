/** Waits for the first good probe of a locker that was started, or for the proof that none will come. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LockerName } from '../../domain/model/ids';
import type { ServiceConfig } from '../../domain/model/service';
import type { BoxContext } from '../context';
import type { Seen } from '../lxc/lxc';
import { notAsked, probe, probeAt } from '../inspect/probe';
import type { Probed } from '../inspect/probe';
import { doorText, findDoor } from './door';
import { listens } from './listens';
import { bootTail } from './boot-tail';
import { serviceOf } from './service-of';
import { settledLocker, unsettled } from './settled';
import { LIFE_EVERY_MS, watchLife } from './watch-life';

export type Served =
  | { readonly kind: 'serving'; readonly at: number }
  | { readonly kind: 'not-serving'; readonly reason: 'crashed' | 'no-answer' | 'start-failed'; readonly evidence: string[] };

/** Seconds down are what the owner feels: while a locker starts it is asked more often than `probe.interval`. */
const EAGER_MS = 25;
/** The locker is on this very box: its kernel answers at once, or its network is not there yet (docs/performance.md). */
const CONNECT_WITHIN_MS = 100;
/** Where nothing was ever staged nobody knows what to ask: then alive for a moment must do. */
const UNASKED_MS = 1_000;

export async function awaitServing(box: BoxContext, locker: LockerName, until: number): Promise<Served> {
  const began = box.now();
  const service = await serviceOf(box);
  const seen = await settledLocker(box, locker, Math.max(0, until - began));
  if (seen.state === 'other') return neitherUpNorDown(locker, seen, box.now() - began);
  const { init } = seen;
  if (!init) return { kind: 'not-serving', reason: 'crashed', evidence: await bootTail(box, locker) };
  const life = watchLife(box, locker, { service, everyMs: LIFE_EVERY_MS });
  let last = 'not probed';
  let local = false;
  do {
    if (!(await box.lxc.isAlive(init))) return { kind: 'not-serving', reason: 'crashed', evidence: await bootTail(box, locker) };
    if (service === null) {
      if (box.now() - began >= UNASKED_MS) return { kind: 'serving', at: box.now() };
    } else {
      const probed = await probeEagerly(box, locker, service);
      if (probed.kind === 'good') return { kind: 'serving', at: box.now() };
      local = probed.local === true;
      last = probed.detail;
    }
    const why = life.dead();
    if (why !== null) return { kind: 'not-serving', reason: 'crashed', evidence: [why, ...(await bootTail(box, locker))] };
    await sleep(pause(service));
  } while (box.now() < until);
  if (local) throw notAsked(locker, last);
  return { kind: 'not-serving', reason: 'no-answer', evidence: [last, ...(await bootTail(box, locker))] };
}

/** Nothing is started beside what LXC is still at; whoever asks again later finds what that came to. */
export function neitherUpNorDown(locker: LockerName, seen: Seen, waitedMs: number): Served {
  const { sentence, evidence } = unsettled(locker, seen, waitedMs);
  return { kind: 'not-serving', reason: 'start-failed', evidence: [sentence, ...evidence] };
}

/** A command in the locker is a process each time: it is asked as often as the service says, and no oftener. */
function pause(service: ServiceConfig | null): number {
  const { exec, intervalMs = EAGER_MS } = service?.probe ?? {};
  return exec ? intervalMs : Math.min(EAGER_MS, intervalMs);
}

/** Over TCP nothing is sent before somebody listens. */
async function probeEagerly(box: BoxContext, locker: LockerName, service: ServiceConfig): Promise<Probed> {
  const { exec, path = '/', timeoutMs } = service.probe;
  if (exec) return probe(box, locker, service);
  const door = await findDoor(box, locker, service);
  if (typeof door === 'string') return { kind: 'none', detail: door };
  if (!('address' in door.at)) return probeAt(door, path, timeoutMs);
  const refused = await listens({ ...door.at, withinMs: CONNECT_WITHIN_MS });
  return refused ? { ...refused, detail: `GET ${doorText(door)}${path}: ${refused.detail}` } : probeAt(door, path, timeoutMs);
}
