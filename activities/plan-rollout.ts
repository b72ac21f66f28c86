/** Looks at the box, resolves what is asked for, and makes the plan that the workflow walks. Changes nothing. */
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { externalUrlOf } from '../domain/check/external-url';
import { Fault } from '../domain/faults';
import type { Fleet } from '../domain/model/fleet';
import { GitRef } from '../domain/model/ids';
import type { ReleaseId } from '../domain/model/ids';
import type { Inventory } from '../domain/model/inventory';
import type { Plan } from '../domain/model/plan';
import { hooksOf } from '../domain/model/hooks-of';
import { policyOf } from '../domain/model/policy-of';
import { serviceConfigOf, stageTargetOf, valuesOf } from '../domain/model/service-of';
import type { VerbParams, VerbResult } from '../domain/protocol/verbs';
import { heldOutOf } from '../domain/plan/held-out';
import { makePlan } from '../domain/plan/make-plan';
import { reviewPlan } from '../domain/plan/review-plan';
import type { BoxActivities, PlanAnswer, PlanRequest } from './contract';
import { DEADLINES } from './deadlines';
import type { ActivityPorts } from './ports/activity-ports';
import { pushRefs } from './push-release';
import { runActivity } from './run-activity';
import type { Running } from './run-activity';

export const makePlanRollout = (ports: ActivityPorts): BoxActivities['planRollout'] => {
  return (request) =>
    runActivity('leave', async (running) => {
      const answer = await planFor(request, ports, running);
      const run = Context.current().info.workflowExecution?.runId;
      return answer.kind === 'plan' && run !== undefined ? { ...answer, run } : answer;
    });
};

async function planFor(
  { box, ref, policy, except = [], force }: PlanRequest,
  ports: ActivityPorts,
  running: Running,
): Promise<PlanAnswer> {
  const fleet = await ports.fleet.read();
  const service = serviceConfigOf(fleet, box);
  const resolve = (params: Pick<Asked, 'codeRef' | 'configRef' | 'since'>) =>
    ports.box.call(box, 'resolve', { service, ...params }, { deadlineMs: DEADLINES.resolve, ...running });
  const refs = { codeRef: codeRef(ref, service.code.ref), configRef: service.config.ref };
  await pushRefs({ box, service, ports, running }, refs);
  const { release } = await resolve({ ...refs, since: null });
  // One look: at 300 lockers it is most of the time that somebody waits for a plan.
  const look = { deadlineMs: DEADLINES.look, ...running };
  const inventory = await ports.box.call(box, 'inspect', { target: stageTargetOf(fleet, box, release) }, look);
  const exactly = { codeRef: release.code.revision, configRef: release.config.revision };
  const since = mostCommonRelease(inventory);
  const { changes } = since === null || since === release.id ? UNCHANGED : await resolve({ ...exactly, since });
  const heldOut = heldOutOf(fleet, box, { except, at: inventory.at });
  const facts = {
    box,
    service,
    policy: policyOf(fleet, box, policy),
    inventory,
    release,
    changes,
    heldOut,
    hooks: hooksOf(fleet, box),
    ...(force && { force }),
  };
  const made = makePlan(facts, ports.hash);
  if (made.kind === 'plan') {
    assertSound(made.plan, inventory);
    assertUrls(made.plan, fleet);
  }
  return made;
}

type Asked = VerbParams<'resolve'>;
const UNCHANGED: Pick<VerbResult<'resolve'>, 'changes'> = { changes: { code: [], config: [] } };

/** What no value fills is said now, and not by the first locker that is up. */
function assertUrls({ box, batches, policy }: Plan, fleet: Fleet): void {
  const { external } = policy.verify;
  if (!external) return;
  for (const locker of batches.flatMap(({ lockers }) => lockers)) {
    const { missing } = externalUrlOf(external.url, { ...valuesOf(fleet, box, locker), box, locker });
    if (missing.length === 0) continue;
    throw new Fault(
      'TemplateInvalid',
      `verify.external of ${box} needs ${missing.join(', ')} for locker ${locker}, and no value has that name.`,
    );
  }
}

/** The planner's own linter: what it finds is a bug of ours, and the same again would find it again. */
function assertSound(plan: Plan, inventory: Inventory): void {
  const findings = reviewPlan(plan, inventory);
  if (findings.length === 0) return;
  throw ApplicationFailure.create({
    type: 'UnsoundPlan',
    message: `The planner made a plan for ${plan.box} that breaks its own rules. Nothing was touched. ${findings.join(' ')}`,
    nonRetryable: true,
    details: [findings],
  });
}

/** An override is for the code alone: the config keeps the ref of the fleet file. */
function codeRef(override: string | null, own: string): string {
  const ref = override ?? own;
  const parsed = GitRef.safeParse(ref);
  if (parsed.success) return ref;
  throw new Fault('RefUnknown', `${JSON.stringify(ref)} can not be a ref: ${parsed.error.issues[0]?.message}.`);
}

/** The changelog counts from the release that most lockers are on; by id where two are level, so that it is always the same one. */
export function mostCommonRelease(inventory: Inventory): ReleaseId | null {
  const counts = new Map<ReleaseId, number>();
  for (const { current } of inventory.lockers) {
    if (current) counts.set(current.release.id, (counts.get(current.release.id) ?? 0) + 1);
  }
  const ranked = [...counts].toSorted(([a, many], [b, few]) => few - many || (a < b ? -1 : 1));
  return ranked[0]?.[0] ?? null;
}
