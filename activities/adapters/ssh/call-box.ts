/**
 * One call, however many links it takes. A request that was sent once is asked again over a new
 * link with the same token until its deadline: lockerd attaches it to the running job. A look that
 * was not sent gets a few dials, since somebody waits for it; a step of a rollout waits some minutes
 * for its box, and no longer: the box carries on and brings up what is owed without us.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '../../../domain/faults';
import type { BoxName } from '../../../domain/model/ids';
import type { Request } from '../../../domain/protocol/frames';
import type { CallOptions } from '../../ports/box-port';
import { backOffMs } from './back-off';
import type { KeptLink } from './kept-link';

export interface BoxCall {
  readonly box: BoxName;
  readonly link: KeptLink;
  readonly request: Omit<Request, 'id'>;
  readonly options: CallOptions;
}

type Tried =
  | { readonly kind: 'answered'; readonly value: unknown }
  | { readonly kind: 'not-sent'; readonly fault: Fault }
  | { readonly kind: 'lost'; readonly reason: string }
  | { readonly kind: 'too-late'; readonly sent: boolean };

const DIALS_BEFORE_SENT = 3;
/** A host with hundreds of containers takes some minutes to boot. */
const STEP_WAITS_MS = 5 * 60_000;

export async function callBox(call: BoxCall): Promise<unknown> {
  const until = performance.now() + call.options.deadlineMs;
  const seen: Fault[] = [];
  let sent = false;
  let reached = performance.now();
  for (let attempt = 0; ; attempt++) {
    const tried = await tryOnce(call, until - performance.now());
    if (tried.kind === 'answered') return tried.value;
    sent ||= tried.kind === 'lost' || (tried.kind === 'too-late' && tried.sent);
    if (tried.kind === 'too-late') throw outOfTime(call, seen, sent);
    if (tried.kind === 'not-sent' && !mayRedial(call, { fault: tried.fault, sent, attempt })) throw tried.fault;
    if (tried.kind === 'lost') reached = performance.now();
    seen.push(tried.kind === 'lost' ? new Fault('LinkLost', `The link broke: ${tried.reason}.`) : tried.fault);
    if (call.request.change && performance.now() - reached > STEP_WAITS_MS) throw boxLost(call, seen);
    const pause = backOffMs(attempt, Math.random());
    if (performance.now() + pause >= until) throw outOfTime(call, seen, sent);
    await sleep(pause, undefined, call.options.signal ? { signal: call.options.signal } : {});
  }
}

/** A box that answered before may be restarting its lockerd: then even a missing relay is worth another dial. */
function mayRedial({ request }: BoxCall, { fault, sent, attempt }: { fault: Fault; sent: boolean; attempt: number }): boolean {
  if (sent) return fault.retryable || fault.code === 'LockerdMissing';
  return fault.retryable && (request.change !== undefined || attempt + 1 < DIALS_BEFORE_SENT);
}

async function tryOnce(call: BoxCall, leftMs: number): Promise<Tried> {
  const over = { now: false, sent: false, forget: () => {} };
  try {
    return await within({ ms: leftMs, signal: call.options.signal, late: () => ({ kind: 'too-late', sent: over.sent }) }, () =>
      ask(call, over),
    );
  } finally {
    over.now = true;
    over.forget();
  }
}

async function ask(
  { link, request, options }: BoxCall,
  over: { now: boolean; sent: boolean; forget: () => void },
): Promise<Tried> {
  const up = await link.get().catch((error: unknown) => {
    if (error instanceof Fault) return error;
    throw error;
  });
  if (up instanceof Fault) return { kind: 'not-sent', fault: up };
  // Whoever waited has left while we dialled: nothing may be begun in his name.
  if (over.now) return { kind: 'too-late', sent: false };
  const asked = up.ask(request, options.onProgress);
  over.forget = () => asked.forget();
  over.sent = true;
  const got = await asked.answer;
  if (got.kind === 'fault') throw got.fault;
  return got.kind === 'lost' ? got : { kind: 'answered', value: got.value };
}

interface Limit {
  readonly ms: number;
  readonly signal: AbortSignal | undefined;
  readonly late: () => Tried;
}

/** Whatever ends it first ends it: the work itself may go on for ever, so the timer is not left to it. */
async function within({ ms, signal, late }: Limit, work: () => Promise<Tried>): Promise<Tried> {
  signal?.throwIfAborted();
  const over = new AbortController();
  const limit = new Promise<Tried>((resolve, reject) => {
    const timer = setTimeout(() => resolve(late()), Math.max(0, ms));
    over.signal.addEventListener('abort', () => clearTimeout(timer));
    signal?.addEventListener('abort', () => reject(signal.reason as Error), { signal: over.signal });
  });
  try {
    return await Promise.race([work(), limit]);
  } finally {
    over.abort();
  }
}

function outOfTime({ box, request, options }: BoxCall, seen: readonly Fault[], sent: boolean): Fault {
  const last = seen.at(-1);
  if (!sent && last) return last;
  const seconds = Math.round(options.deadlineMs / 1000);
  if (!sent) return new Fault('BoxUnreachable', `No connection to ${box} within ${seconds} s.`);
  const what = request.change ? `${request.verb} (${request.change.token})` : request.verb;
  const evidence = seen.slice(-5).map((fault) => fault.sentence);
  return new Fault('LinkLost', `No answer to ${what} from ${box} within ${seconds} s.`, { evidence });
}

function boxLost({ box, request }: BoxCall, seen: readonly Fault[]): Fault {
  const minutes = STEP_WAITS_MS / 60_000;
  const sentence = `${box} could not be reached for ${minutes} minutes (${request.verb} was asked).`;
  return new Fault('BoxLost', sentence, { evidence: seen.slice(-5).map((fault) => fault.sentence) });
}
