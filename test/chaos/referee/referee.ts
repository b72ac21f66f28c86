/**
 * Judges a rollout, or several on one box, by outside evidence only (design: invariants I1 to I9).
 * It looks before, watches meanwhile and judges afterwards; it asks nobody of the product.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LockerEnd } from '../../../domain/model/outcome';
import type { Sandbox } from '../../support/sandbox';
import type { JudgedEnd, Limits, Reported } from './evidence';
import { gatherEvidence, takeBefore } from './gather';
import { JUDGES } from './judges';
import { startProber } from './prober';
import { startReleaseWatch } from './release-watch';
import type { Violation } from './violation';

export type { Violation } from './violation';
export { violationLines } from './violation';

export interface Judged {
  readonly limits: Limits;
  /** `held` and `terminated` ones keep their lease. */
  readonly end: JudgedEnd;
  /** Of the finished object, where there is one. */
  readonly counts?: Readonly<Record<string, number>>;
  /** Of the finished object: lockers that are neither updated nor unchanged. */
  readonly exceptions?: readonly { readonly locker: string; readonly end: LockerEnd }[];
  /** That the rollout was to bring. */
  readonly build?: string;
  /** Lockers that may be down: the rollout itself lists them as failed. */
  readonly failed?: readonly string[];
  /** What must come true in the end is waited for: by default the dead-man's minute and one more. */
  readonly patienceMs?: number;
}

export interface Referee {
  judge(judged: Judged): Promise<Violation[]>;
  stop(): Promise<void>;
}

const BACK_OFF_MS = 60_000;
const LOOK_EVERY_MS = 1_000;

/** Lockers that do not answer now are not expected to do so later. */
export async function startReferee(sandbox: Sandbox): Promise<Referee> {
  const before = await takeBefore(sandbox);
  const prober = startProber(sandbox);
  const watch = startReleaseWatch(sandbox);
  const judge = async (judged: Judged) => {
    const { limits, end, failed = [], patienceMs = sandbox.boxConfig.deadManMs + BACK_OFF_MS } = judged;
    const until = performance.now() + patienceMs;
    for (;;) {
      const seen = { before, probes: prober.log, releases: watch.sights, seenBuilds: watch.builds, reported: reportedOf(judged) };
      const evidence = await gatherEvidence(sandbox, seen);
      const found = JUDGES.flatMap((one) => one(evidence, { limits, end, failed }));
      if (!found.some(({ mayPass }) => mayPass) || performance.now() > until) return found;
      await sleep(LOOK_EVERY_MS);
    }
  };
  return {
    judge,
    stop: async () => {
      await Promise.all([prober.stop(), watch.stop()]);
    },
  };
}

function reportedOf({ counts, exceptions = [], failed = [], build }: Judged): Reported {
  const ends = new Map<string, LockerEnd>(exceptions.map(({ locker, end }) => [locker, end]));
  for (const locker of failed) ends.set(locker, ends.get(locker) ?? 'failed');
  return { counts: counts ?? null, ends, build: build ?? null };
}
