/**
 * Runs the checks that the last stage left on this box. Looks only: no lease, no journal, and the
 * request names a set, never a command.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import { judgeCheck } from '../../domain/check/judge-check';
import type { CheckAnswer } from '../../domain/check/judge-check';
import type { Check, CheckedLocker, CheckResult, Checks, CheckSet } from '../../domain/model/check';
import type { LockerName } from '../../domain/model/ids';
import type { ServiceConfig } from '../../domain/model/service';
import type { VERBS, VerbResult } from '../../domain/protocol/verbs';
import type { BoxContext } from '../context';
import { inParallel } from '../inspect/in-parallel';
import { seeLocker } from '../locker/check-fit';
import { findDoor } from '../locker/door';
import { serviceOf } from '../locker/service-of';
import { askCheck } from './ask-check';
import type { Subject } from './ask-check';

/** Checks cost the lockers and the box: as many at once as an upkeep would start, not all 300. */
export const CHECKED_AT_ONCE = 12;
/** Between two askings: what stumbled once has a moment. */
export const ASK_AGAIN_MS = 500;

export async function check(
  box: BoxContext,
  { lockers, set }: z.output<typeof VERBS.check.params>,
): Promise<VerbResult<'check'>> {
  const service = await serviceOf(box);
  const checks = checksIn(service?.checks, set);
  if (service === null || checks.length === 0) return { configured: false, lockers: [] };
  const [only] = lockers;
  // Named by a person: a slip of the pen, and not an answer.
  if (only && lockers.length === 1) await seeLocker(box, only);
  const checked = await inParallel(lockers, CHECKED_AT_ONCE, (locker) => checkLocker(box, { locker, checks, service }));
  return { configured: true, lockers: checked };
}

/** The full set has the fast ones in it. */
function checksIn(checks: Checks | undefined, set: CheckSet): readonly Check[] {
  if (!checks) return [];
  return set === 'fast' ? checks.fast : [...checks.fast, ...checks.full];
}

interface Checking {
  readonly locker: LockerName;
  readonly checks: readonly Check[];
  readonly service: ServiceConfig;
}

async function checkLocker(box: BoxContext, { locker, checks, service }: Checking): Promise<CheckedLocker> {
  const { state } = await box.lxc.see(locker);
  if (state !== 'running') return { locker, checks: checks.map(({ name }) => notAsked(name, `the locker is ${state}`)) };
  const subject = { locker, door: await findDoor(box, locker, service) };
  const results: CheckResult[] = [];
  // One after the other: checks of one locker must not disturb each other.
  for (const one of checks) results.push(await untilClear(box, subject, one));
  return { locker, checks: results };
}

const notAsked = (name: string, detail: string): CheckResult => ({ name, outcome: 'inconclusive', detail, asked: 0, tookMs: 0 });

async function untilClear(box: BoxContext, subject: Subject, one: Check): Promise<CheckResult> {
  const began = performance.now();
  const answers: CheckAnswer[] = [];
  for (;;) {
    answers.push(await askCheck(box, subject, one));
    const judged = judgeCheck(answers);
    if (judged) return { name: one.name, ...judged, asked: answers.length, tookMs: Math.round(performance.now() - began) };
    await sleep(ASK_AGAIN_MS);
  }
}
