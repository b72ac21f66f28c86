/** Begins the quiesce, waits until the locker is idle, and undoes it at the deadline where the policy says so. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import type { LockerName } from '../../domain/model/ids';
import type { DrainOutcome } from '../../domain/model/outcome';
import type { VERBS } from '../../domain/protocol/verbs';
import type { Daemon } from '../daemon';
import type { Job } from '../jobs/job';
import { recordOf } from '../journal/state';
import { seeLocker } from '../locker/check-fit';
import { quiesceOf } from '../locker/quiesce';
import type { Quiesce } from '../locker/quiesce';
import { serviceOf } from '../locker/service-of';
import type { InitProcess } from '../lxc/lxc';

export interface Drain {
  readonly locker: LockerName;
  readonly timeoutMs: number;
  readonly onTimeout: 'skip' | 'proceed' | 'hold';
}

/** A drain is on the way to a stop, and holds a slot: what is noticed late makes the whole rollout longer. */
const LOOK_MS = 250;
const FIRST_LOOK_MS = 25;

export async function drain(daemon: Daemon, job: Job, params: z.output<typeof VERBS.drain.params>): Promise<DrainOutcome> {
  daemon.journal.assertRoom();
  return drainLocker(daemon, job, params);
}

export async function drainLocker(daemon: Daemon, job: Job, params: Drain): Promise<DrainOutcome> {
  const { locker } = params;
  let { init, state } = await seeLocker(daemon, locker);
  if (state === 'frozen') {
    // Frozen ones never become idle.
    await job.effect({ kind: 'thaw' }, () => daemon.lxc.unfreeze(locker));
    ({ init, state } = await seeLocker(daemon, locker));
  }
  const service = await serviceOf(daemon);
  const quiesce = service && init ? await quiesceOf(daemon, locker, service) : null;
  if (!quiesce || !init) return { kind: 'not-needed' };
  const began = Date.parse(job.intended('quiesce')?.at ?? '') || daemon.now();
  const waited = await untilIdle(daemon, job, { ...params, quiesce, init, until: began + params.timeoutMs });
  const waitedMs = daemon.now() - began;
  if (waited.kind === 'idle') return { kind: 'idle', waitedMs };
  if (waited.kind === 'nobody') {
    await job.record({ kind: 'quiesced', locker, quiesced: null });
    return { kind: 'not-needed' };
  }
  const undone = params.onTimeout !== 'proceed';
  const evidence = undone ? [...waited.evidence, ...(await undoQuiesce(daemon, job, { locker, quiesce }))] : waited.evidence;
  return { kind: 'timed-out', waitedMs, undone, evidence };
}

interface Waiting extends Drain {
  readonly quiesce: Quiesce;
  readonly init: InitProcess;
  readonly until: number;
}
type Waited =
  | { readonly kind: 'idle' }
  | { readonly kind: 'nobody' }
  | { readonly kind: 'too-late'; readonly evidence: string[] };

async function untilIdle(daemon: Daemon, job: Job, { locker, quiesce, init, until }: Waiting): Promise<Waited> {
  let last = 'not asked';
  let pause = FIRST_LOOK_MS;
  // Begun and answered for in an earlier life of lockerd: not told again.
  let accepted = job.intended('quiesce')?.done === true;
  while (daemon.now() < until && !job.hurry.aborted) {
    const told = accepted ? await quiesce.isIdle() : await begin(daemon, job, { locker, quiesce, init });
    if (told.kind === 'idle' || told.kind === 'nobody') return { kind: told.kind };
    if (told.kind === 'accepted') {
      accepted = true;
      continue;
    }
    last = told.detail;
    await sleep(pause, undefined, { signal: job.hurry }).catch(() => {});
    pause = Math.min(LOOK_MS, pause * 1.5);
  }
  return { kind: 'too-late', evidence: [job.hurry.aborted ? 'an undo of the quiesce was asked for' : last] };
}

async function begin(daemon: Daemon, job: Job, at: { locker: LockerName; quiesce: Quiesce; init: InitProcess }) {
  const { locker, quiesce, init } = at;
  const quiesced = { token: job.token, since: new Date(daemon.now()).toISOString() };
  job.check();
  const intent = { kind: 'quiesce', bootId: daemon.bootId, init } as const;
  // The first try leaves its record; those after it are the same effect, not yet taken.
  if (!job.intended('quiesce'))
    await job.record({ kind: 'quiesced', locker, quiesced }, { kind: 'intent', token: job.token, intent });
  const told = await quiesce.begin();
  if (told.kind === 'accepted') await job.record({ kind: 'effect', token: job.token, effect: 'quiesce' });
  return told;
}

/** The last words are evidence; an undo that nobody heard is tried a few times, since a locker must not stay half closed. */
export async function undoQuiesce(daemon: Daemon, job: Job, at: { locker: LockerName; quiesce: Quiesce }): Promise<string[]> {
  const { locker, quiesce } = at;
  const token = () => recordOf(daemon.journal.state(), locker).quiesced?.token;
  const undone = token();
  let told = await job.effect({ kind: 'unquiesce' }, () => quiesce.undo());
  for (let attempt = 0; attempt < 3 && told.kind === 'failed'; attempt++) {
    await sleep(LOOK_MS);
    told = await quiesce.undo();
  }
  if (told.kind === 'failed') return [`the undo of the quiesce failed: ${told.detail}`];
  // The settling of a whole box has no locker's turn: a drain may have begun anew meanwhile, and that one stays on record.
  if (token() === undone) await daemon.journal.append({ kind: 'quiesced', locker, quiesced: null });
  return [];
}
