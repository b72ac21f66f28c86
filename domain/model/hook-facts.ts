/** What a hook is told, as JSON. */
import type { HookMoment } from './hook';
import type { Counts } from './outcome';
import type { EndState } from './progress';

export interface HookFacts {
  readonly v: 1;
  readonly hook: string;
  readonly when: HookMoment;
  /** The same whenever this hook of this rollout runs: who sees it twice has been asked twice. */
  readonly token: string;
  readonly rollout: string;
  readonly box: string;
  readonly service: string;
  readonly by: string;
  readonly kind: 'rollout' | 'roll-back';
  readonly release: { readonly id: string; readonly label: string; readonly code: string; readonly config: string };
  readonly plan: string;
  /** That change. */
  readonly lockers: number;
  /** null before the rollout. */
  readonly outcome: { readonly state: EndState; readonly counts: Counts; readonly fault: string | null } | null;
}
