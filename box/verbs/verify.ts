/**
 * The proof that a locker is up again: good probes in a row and stable, its own answer is the
 * build of its release, and what its init has mounted is its version. Only then it is no longer owed.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import { Fault } from '../../domain/faults';
import type { LockerName } from '../../domain/model/ids';
import type { VerifyOutcome } from '../../domain/model/outcome';
import type { Revision } from '../../domain/model/release';
import type { ServiceConfig } from '../../domain/model/service';
import type { VERBS } from '../../domain/protocol/verbs';
import type { BoxContext } from '../context';
import type { Daemon } from '../daemon';
import { askBuild } from '../inspect/ask-build';
import { notAsked, probe } from '../inspect/probe';
import { runningVersion } from '../inspect/running-version';
import type { Job } from '../jobs/job';
import { bootTail } from '../locker/boot-tail';
import { seeLocker } from '../locker/check-fit';
import { stillDown } from '../locker/move-locker';
import { settledLocker } from '../locker/settled';
import { isLostInBoot, startAfterBoot } from '../locker/lost-in-boot';
import { serviceOf } from '../locker/service-of';
import { LIFE_EVERY_MS, watchLife } from '../locker/watch-life';
import type { InitProcess } from '../lxc/lxc';
import { currentVersion, readRevision } from '../release/versions';
import { FRESH, addProbe, lateReason } from './streak';
import { undrain } from './undrain';

type Params = z.output<typeof VERBS.verify.params>;
type Unhealthy = Extract<VerifyOutcome, { kind: 'unhealthy' }>;

export async function verify(daemon: Daemon, job: Job, params: Params): Promise<VerifyOutcome> {
  const { locker } = params;
  const began = daemon.now();
  if (
    !(await settledLocker(daemon, locker, params.deadlineMs)).init &&
    isLostInBoot(daemon.journal.state(), locker, daemon.bootId)
  )
    await startAfterBoot(daemon, job, locker);
  const { init } = await seeLocker(daemon, locker);
  if (!init) {
    await job.record(...stillDown(daemon, locker, new Date(daemon.now()).toISOString()));
    return unhealthy('crashed', await bootTail(daemon, locker));
  }
  // Still there only where nothing was stopped (already so, a move that was refused): a closed locker is no good end.
  await undrain(daemon, job, { locker });
  const proven = await proveUp(daemon, job.check, { ...params, init, until: began + params.deadlineMs });
  if (proven.kind === 'unhealthy') {
    const downSince = downFrom(proven.reason, { began, now: daemon.now() });
    await job.record(...stillDown(daemon, locker, downSince));
    return proven;
  }
  await job.record(
    { kind: 'quiesced', locker, quiesced: null },
    { kind: 'wanted', locker, wanted: 'up' },
    { kind: 'paid', locker },
  );
  return { kind: 'healthy', build: proven.build, tookMs: daemon.now() - began };
}

/** It had served when this began; one that runs the wrong thing serves all the same. */
function downFrom(reason: Unhealthy['reason'], at: { began: number; now: number }): string | null {
  if (reason === 'no-answer') return new Date(at.began).toISOString();
  return reason === 'crashed' || reason === 'flapping' ? new Date(at.now).toISOString() : null;
}

export interface Proof extends Pick<Params, 'locker' | 'goodProbes' | 'stableMs'> {
  readonly init: InitProcess;
  /** Epoch milliseconds. */
  readonly until: number;
}
export type Proven = { readonly kind: 'proven'; readonly build: string } | Unhealthy;

/** Looks only. `check` throws where nobody may go on. */
export async function proveUp(box: BoxContext, check: () => void, proof: Proof): Promise<Proven> {
  const subject = await subjectOf(box, proof.locker, proof.init);
  const bad = (await untilSteady(box, check, { proof, subject })) ?? (await wrongWith(box, subject));
  return bad ?? { kind: 'proven', build: subject.revision.code.build };
}

interface Subject {
  readonly locker: LockerName;
  readonly init: InitProcess;
  readonly service: ServiceConfig;
  readonly revision: Revision;
}

async function subjectOf(box: BoxContext, locker: LockerName, init: InitProcess): Promise<Subject> {
  const [service, version] = await Promise.all([serviceOf(box), currentVersion(box, locker)]);
  const revision = version === null ? null : await readRevision(box, locker, version);
  if (!service || !revision) throw new Fault('LockerUnfit', `Locker ${locker} has no release that it could be compared with.`);
  return { locker, init, service, revision };
}

interface Watch {
  readonly proof: Proof;
  readonly subject: Subject;
}

/** null: steady. */
async function untilSteady(box: BoxContext, check: () => void, { proof, subject }: Watch): Promise<Unhealthy | null> {
  const { init, locker, service } = subject;
  const { goodProbes, stableMs, until } = proof;
  const life = watchLife(box, locker, { service, everyMs: LIFE_EVERY_MS });
  let streak = FRESH;
  let last = 'not probed';
  let local = false;
  while (box.now() < until) {
    check();
    if (!(await box.lxc.isAlive(init))) return unhealthy('crashed', await bootTail(box, locker));
    const why = life.dead();
    if (why !== null) return unhealthy('crashed', [why, ...(await bootTail(box, locker))]);
    const seen = await probe(box, locker, service);
    const before = streak;
    local = seen.local === true;
    // What the box could not ask neither breaks a row nor makes one longer.
    if (!local) streak = addProbe(streak, seen.kind === 'good', box.now());
    if (seen.kind !== 'good') last = seen.detail;
    // A wrong release need not be watched until it is stable.
    if (before.everGood === 0 && streak.everGood === 1) {
      const wrong = await wrongWith(box, subject);
      if (wrong) return wrong;
    }
    const { good, since } = streak;
    if (good >= goodProbes && since !== null && box.now() - since >= stableMs) return null;
    await sleep(service.probe.intervalMs);
  }
  if (local) throw notAsked(locker, last);
  const figures = `${streak.everGood} good probes, ${streak.breaks} breaks; last bad one: ${last}`;
  return unhealthy(lateReason(streak), [figures, ...(await bootTail(box, locker))]);
}

async function wrongWith(box: BoxContext, { locker, init, service, revision }: Subject): Promise<Unhealthy | null> {
  // Code that was there before Lockstep was never built to answer for itself.
  const reported = revision.proof === 'mounts' ? null : await askBuild(box, locker, service);
  if (reported && reported.build !== revision.code.build) {
    return unhealthy('wrong-build', [
      `${reported.by} reports ${reported.build ?? 'no build'}, ${revision.release.label} is ${revision.code.build}`,
    ]);
  }
  const runs = await runningVersion(box, locker, { initPid: init.pid });
  if (runs.version === revision.version && runs.codeId === revision.code.id) return null;
  const has = `init ${init.pid} has version ${runs.version ?? 'unknown'} and code ${runs.codeId ?? 'unknown'} mounted`;
  return unhealthy('wrong-mount', [`${has}, current is version ${revision.version} with code ${revision.code.id}`]);
}

function unhealthy(reason: Unhealthy['reason'], evidence: string[]): Unhealthy {
  return { kind: 'unhealthy', reason, evidence: evidence.length > 0 ? evidence : ['it printed nothing'] };
}
