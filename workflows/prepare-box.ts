/**
 * Everything before the first locker: lease, plan, what is owed, staging. Nothing is stopped here,
 * so whatever goes wrong ends the rollout with a fault and leaves every locker as it was.
 */
import type { Rehearsed } from '../activities/contract';
import { freshCycle } from '../domain/decide/fresh-cycle';
import { FAULTS, isFaultCode } from '../domain/faults';
import type { Plan, PlanRefusal } from '../domain/model/plan';
import { forcedLines } from '../domain/plan/direction';
import { isFirstRun } from './mended-runs';
import { payOwed, planRollout, rehearseRelease, stageRelease } from './activity-proxies';
import { seeBaseline } from './run-checks';
import { runHooksBefore } from './run-hooks';
import { apply, beginPlan, heldOf, planOf } from './rollout';
import type { Rollout } from './rollout';
import { showProgress } from './show-progress';
import { failureOf } from './step-fault';
import { takeBox } from './take-box';
import { untilAbort } from './until-abort';

export async function prepareBox(rollout: Rollout): Promise<void> {
  const { box, expectedDigest } = rollout.input;
  await takeBox(rollout, `take ${box} for this rollout`);
  const seen = await makePlan(rollout);
  // After a reset the plan is another one for certain; a person lets it begin (beginPlan).
  const confirmed = rollout.round === null ? expectedDigest : null;
  if (confirmed !== null && seen.digest !== confirmed) throw worldChanged(seen, confirmed);
  const now = seen.owed.length > 0 ? await payAndPlanAgain(rollout, seen) : seen;
  if (confirmed !== null && !sameGoal(seen, now)) throw worldChanged(now, confirmed);
  beginPlan(rollout, now);
  for (const text of forcedLines(now)) apply(rollout, { kind: 'note', text });
  for (const text of rollout.input.overrides ?? []) apply(rollout, { kind: 'note', text });
  const { plan } = planOf(rollout);
  if (plan.batches.length > 0) await stage(rollout, plan);
  if (plan.rehearsal?.kind === 'due') await untilAbort(rollout, () => rehearse(rollout, plan));
  await untilAbort(rollout, () => seeBaseline(rollout));
  await runHooksBefore(rollout);
  rollout.phase = 'walking';
}

async function makePlan(rollout: Rollout): Promise<Plan> {
  const { box, ref, policy, except, force } = rollout.input;
  const request = { box, ref, policy, ...(except && { except }), ...(force && { force }) };
  const answer = await planRollout(`inspect ${box} and plan`, request);
  if (answer.kind === 'refused') throw refused(answer.refusals);
  // Made in a run that a person's reset began: the first one has been here before, with tokens of its own.
  if (answer.run !== undefined && !(await isFirstRun(rollout, answer.run))) rollout.round ??= freshCycle(Date.now());
  return answer.plan;
}

/** What came up may be on another version than it was down on, so the plan is made from what is now. */
async function payAndPlanAgain(rollout: Rollout, seen: Plan): Promise<Plan> {
  const { owed, policy, limits } = seen;
  const lane = { maxStarting: limits.maxStarting, pressure: policy.pressure };
  const input = { ...heldOf(rollout), lockers: owed, lane, startDeadlineMs: policy.verify.deadlineMs };
  const { stillDown } = await payOwed(`bring up ${owed.length} owed lockers`, input, policy);
  apply(rollout, {
    kind: 'note',
    text: `an earlier run left ${owed.length} lockers down: ${owed.length - stillDown.length} brought up first`,
  });
  if (stillDown.length > 0) apply(rollout, { kind: 'note', text: `could not be brought up: ${stillDown.join(', ')}` });
  return makePlan(rollout);
}

/** Where a paid locker comes from may have changed; where everybody goes is what was confirmed. */
function sameGoal(seen: Plan, now: Plan): boolean {
  const digests = new Map(seen.lockers.map(({ name, configDigest }) => [name, configDigest]));
  const same = now.lockers.every(({ name, configDigest }) => digests.get(name) === configDigest);
  return same && now.release.id === seen.release.id && now.lockers.length === seen.lockers.length;
}

/** On a throwaway locker: a release that fails there ends the rollout before any real one is touched. */
async function rehearse(rollout: Rollout, plan: Plan): Promise<void> {
  const done = await rehearseRelease(`rehearse ${plan.release.label}`, { ...heldOf(rollout), plan }, plan.policy);
  apply(rollout, { kind: 'note', text: rehearsedText(done) });
}

function rehearsedText(done: Rehearsed): string {
  if (done.kind === 'not-rehearsed') return `not rehearsed: ${done.because}`;
  const killed = done.killed ? '; it did not stop by its signal, and was killed' : '';
  return `rehearsed on a throwaway locker in ${Math.round(done.tookMs / 1_000)} s${killed}`;
}

/** An abort needs not wait for a build. */
async function stage(rollout: Rollout, plan: Plan): Promise<void> {
  if (rollout.progress?.abort) return;
  rollout.phase = 'staging';
  showProgress(rollout);
  await untilAbort(rollout, () => stageRelease(`stage ${plan.release.label}`, { ...heldOf(rollout), plan }));
}

function refused(refusals: readonly PlanRefusal[]): Error {
  const [first, ...others] = refusals;
  const code = first && isFaultCode(first.code) ? first.code : 'LockerUnfit';
  const sentence = first?.sentence ?? 'No plan could be made, and nobody said why.';
  const evidence = others.map((refusal) => `${refusal.sentence} ${refusal.cure}`).slice(0, 40);
  return failureOf({ code, sentence, cure: first?.cure ?? FAULTS[code].cure, evidence });
}

function worldChanged({ box, digest, release, lockers, batches }: Plan, expected: string): Error {
  const changing = lockers.filter(({ action }) => action !== 'none').length;
  const evidence = [
    `confirmed: plan ${expected.slice(0, 12)}`,
    `now: plan ${digest.slice(0, 12)}, ${changing} of ${lockers.length} lockers to ${release.label}`,
    `batches now: ${batches.map((batch) => batch.lockers.length).join(', ') || 'none'}`,
  ];
  const sentence = `On ${box} something has changed since the plan was confirmed; nothing was touched.`;
  return failureOf({ code: 'WorldChanged', sentence, cure: FAULTS.WorldChanged.cure, evidence });
}
