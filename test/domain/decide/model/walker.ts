/** Where a walk stands, and the few ways on: an event is folded, and every rule judges the step. */
import { decide } from '../../../../domain/decide/decide';
import type { Decision } from '../../../../domain/decide/decision';
import { fold } from '../../../../domain/decide/fold';
import type { RolloutEvent } from '../../../../domain/decide/rollout-event';
import { startProgress } from '../../../../domain/decide/start-progress';
import type { LockerName } from '../../../../domain/model/ids';
import type { Plan, PlannedLocker } from '../../../../domain/model/plan';
import type { Progress } from '../../../../domain/model/progress';
import { mayDo } from '../../../../domain/operator/permissions';
import { makeBox } from './box';
import type { Box } from './box';
import { START } from './draw-plan';
import { viewOf } from './messages';
import type { Said } from './messages';
import { RULES } from './rules';
import type { Step } from './step';

export interface Walker {
  readonly plan: Plan;
  readonly box: Box;
  readonly trace: string[];
  now: number;
  progress: Progress;
  steps: number;
  /** null: no rule was broken. */
  broken: string | null;
  decision(): Decision;
  take(event: RolloutEvent, origin: Step['origin']): void;
  /** Through the door, as a message comes. */
  say(said: Said): void;
  /** As the workflow does after each thing that happens. */
  goRound(): void;
  /** Lockers whose step the box is busy with. */
  working(): PlannedLocker[];
  stageOf(locker: LockerName): string;
}

export function makeWalker(plan: Plan): Walker {
  const judges = Object.entries(RULES).map(([name, rule]) => ({ name, judge: rule(plan) }));
  const walker: Walker = {
    plan,
    box: makeBox(plan),
    trace: [],
    now: START,
    progress: startProgress(plan, START),
    steps: 0,
    broken: null,
    decision: () => decide(plan, walker.progress, walker.now),
    take: (event, origin) => takeStep(walker, { event, origin, judges }),
    say: ({ message, event }) => {
      // A time that is over does not even come to the door (workflows/parse-message.ts).
      if (message.kind === 'pause' && message.until != null && message.until <= walker.now) return;
      const refusal = mayDo(message, viewOf(plan, walker.progress, walker.now));
      walker.take(event, refusal === null ? 'door' : 'refused');
    },
    goRound: () => {
      walker.take({ kind: 'tick' }, 'tick');
      const decision = walker.decision();
      if (decision.kind === 'walk') for (const locker of decision.begin) walker.take({ kind: 'begin', locker }, 'begin');
    },
    working: () =>
      plan.lockers.filter(({ name }) => !['waiting', 'stuck', 'inconclusive', 'ended'].includes(walker.stageOf(name))),
    stageOf: (name) => walker.progress.lockers[name]?.stage ?? 'ended',
  };
  return walker;
}

interface Taking {
  readonly event: RolloutEvent;
  readonly origin: Step['origin'];
  readonly judges: readonly { readonly name: string; readonly judge: (step: Step) => string | null }[];
}

function takeStep(walker: Walker, { event, origin, judges }: Taking): void {
  if (walker.broken !== null) return;
  const { plan, box, now, progress: before } = walker;
  const after = fold(plan, before, event, now);
  walker.steps += 1;
  if (before !== after) walker.trace.push(`${now - START} ${origin} ${JSON.stringify(event)}`);
  const step: Step = { origin, event, before, after, decision: decide(plan, after, now), now, box };
  for (const { name, judge } of judges) {
    const wrong = judge(step);
    if (wrong !== null) walker.broken ??= `${name}: ${wrong}`;
  }
  // One that the door refused was folded to be judged; it never got through.
  if (origin !== 'refused') walker.progress = after;
}
