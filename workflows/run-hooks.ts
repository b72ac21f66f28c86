/** The hooks of a rollout, one after the other, each asked once by this run. A plan without hooks runs none. */
import { isCancellation } from '@temporalio/workflow';
import type { HookMoment, HookOutcome, PlannedHook } from '../domain/model/hook';
import type { HookFacts } from '../domain/model/hook-facts';
import type { EndState } from '../domain/model/progress';
import type { Plan } from '../domain/model/plan';
import { statusOf } from '../domain/operator/rollout-status';
import { runHook } from './activity-proxies';
import { apply, viewOf } from './rollout';
import type { Rollout } from './rollout';
import { stepFaultOf } from './step-fault';
import { untilAbort } from './until-abort';

/** After staging, before the first locker. A way back waits for no hook that fails. */
export async function runHooksBefore(rollout: Rollout): Promise<void> {
  const { plan, input } = rollout;
  if (!plan?.hooks) return;
  for (const hook of plan.hooks.before) {
    await untilAbort(rollout, async () => {
      const outcome = await runOne(rollout, plan, { hook, when: 'before', outcome: null });
      apply(rollout, { kind: 'hook', outcome, holds: hook.onFailure === 'hold' && !input.undo });
    });
  }
}

/** At every end of a rollout that came to a plan; the box is given back by then. */
export async function runHooksAfter(rollout: Rollout, state: EndState): Promise<void> {
  const { plan, progress } = rollout;
  if (!plan?.hooks || progress === null) return;
  const { counts } = statusOf(viewOf(rollout));
  const fault = progress.fault?.sentence ?? null;
  for (const hook of plan.hooks.after) {
    const outcome = await runOne(rollout, plan, { hook, when: 'after', outcome: { state, counts, fault } });
    apply(rollout, { kind: 'hook', outcome, holds: false });
  }
}

interface Turn {
  readonly hook: PlannedHook;
  readonly when: HookMoment;
  readonly outcome: HookFacts['outcome'];
}

async function runOne(rollout: Rollout, plan: Plan, turn: Turn): Promise<HookOutcome> {
  const { hook, when } = turn;
  const { name, deadlineMs } = hook;
  const { box } = rollout.input;
  const began = Date.now();
  try {
    return await runHook(`hook ${name} ${when} the rollout`, { box, deadlineMs, facts: factsOf(rollout, plan, turn) });
  } catch (error) {
    const detail = isCancellation(error) ? 'the rollout was aborted meanwhile' : stepFaultOf(error, `hook ${name}`).sentence;
    return { when, name, outcome: 'failed', detail, tookMs: Date.now() - began };
  }
}

function factsOf({ input }: Rollout, plan: Plan, { hook, when, outcome }: Turn): HookFacts {
  const { box, rollout, by, undo } = input;
  const { id, label, code, config } = plan.release;
  return {
    v: 1,
    hook: hook.name,
    when,
    token: `${rollout}/hook/${when}/${hook.name}`,
    rollout,
    box,
    service: plan.service,
    by,
    kind: undo ? 'roll-back' : 'rollout',
    release: { id, label, code: code.revision, config: config.revision },
    plan: plan.digest,
    lockers: plan.lockers.filter(({ action }) => action !== 'none').length,
    outcome,
  };
}
