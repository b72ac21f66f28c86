/** Waits for the first good probe of a locker that was started, or for the proof that none will come. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LockerName } from '../../domain/model/ids';
import type { ServiceConfig } from '../../domain/model/service';
import type { BoxContext } from '../context';
import { notAsked, probe } from '../inspect/probe';
import type { Probed } from '../inspect/probe';
import { listens } from './listens';
import { bootTail } from './boot-tail';
import { serviceOf } from './service-of';

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
  const address = await box.lxc.address(locker);
  const { init } = await box.lxc.see(locker);
  if (!init) return { kind: 'not-serving', reason: 'crashed', evidence: await bootTail(box, locker) };
  let last = 'not probed';
  let local = false;
  do {
    if (!(await box.lxc.isAlive(init))) return { kind: 'not-serving', reason: 'crashed', evidence: await bootTail(box, locker) };
    if (service === null || address === null) {
      if (box.now() - began >= UNASKED_MS) return { kind: 'serving', at: box.now() };
    } else {
      const { port, probe: rule } = service;
      const refused = await listens({ address, port, withinMs: CONNECT_WITHIN_MS });
      const seen: Pick<Probed, 'kind' | 'detail' | 'local'> = refused ?? (await probe(address, port, rule.path, rule.timeoutMs));
      if (seen.kind === 'good') return { kind: 'serving', at: box.now() };
      local = seen.local === true;
      last = `GET http://${address}:${port}${rule.path}: ${seen.detail}`;
    }
    await sleep(pause(service));
  } while (box.now() < until);
  if (local) throw notAsked(locker, last);
  return { kind: 'not-serving', reason: 'no-answer', evidence: [last, ...(await bootTail(box, locker))] };
}

const pause = (service: ServiceConfig | null): number => Math.min(EAGER_MS, service?.probe.intervalMs ?? EAGER_MS);
