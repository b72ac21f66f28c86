/** All that may be known of a rollout at one moment: what its screens and permissions are made from. */
import { runStateOf } from '../decide/decide';
import type { BoxName } from '../model/ids';
import type { Plan } from '../model/plan';
import type { EndState, Progress, RunState } from '../model/progress';

export interface RolloutView {
  readonly box: BoxName;
  readonly rollout: string;
  /** Who started it, as claimed; null: not known. */
  readonly by: string | null;
  /** As he said; null or absent: he did not. */
  readonly why?: string | null;
  /** What he has overridden, one sentence each. */
  readonly overrides?: readonly string[];
  /** `walking`: the progress says more. */
  readonly phase: 'planning' | 'staging' | 'walking' | 'settling' | EndState;
  /** null until it is made. */
  readonly plan: Plan | null;
  readonly progress: Progress | null;
  /** Epoch milliseconds. */
  readonly now: number;
}

export function stateOf({ phase, plan, progress, now }: RolloutView): RunState {
  if (phase === 'staging' && progress?.pause) return 'paused';
  if (phase !== 'walking') return phase;
  return plan && progress ? runStateOf(plan, progress, now) : 'running';
}
