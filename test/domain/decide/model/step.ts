/** One step of a walk, as the rules judge it. */
import type { Decision } from '../../../../domain/decide/decision';
import type { RolloutEvent } from '../../../../domain/decide/rollout-event';
import type { Plan } from '../../../../domain/model/plan';
import type { Progress } from '../../../../domain/model/progress';
import type { Box } from './box';

export interface Step {
  /** `door`: a message that was let in; `refused`: one that was not, folded all the same. */
  readonly origin: 'begin' | 'tick' | 'late' | 'answer' | 'repeat' | 'stray' | 'door' | 'refused';
  readonly event: RolloutEvent;
  readonly before: Progress;
  readonly after: Progress;
  /** What is to be done after it. */
  readonly decision: Decision;
  readonly now: number;
  readonly box: Box;
}

/** Remembers what it needs of the steps so far, beside the decider. A sentence: it is broken. */
export type Rule = (plan: Plan) => (step: Step) => string | null;
