/** What comes next, as data: the workflow does it and decides nothing itself. */
import type { LockerName } from '../model/ids';
import type { CheckMoment, EndState, Hold, Pause, RunState } from '../model/progress';

/** What a person is asked for; `domain/operator/ask-sentence.ts` puts it into words. */
export type Ask =
  | { readonly kind: 'approve'; readonly batch: number }
  | { readonly kind: 'resume'; readonly pause: Pause }
  | { readonly kind: 'lift'; readonly hold: Hold };

export type Decision =
  | {
      readonly kind: 'walk';
      /** May start now, all of them together. */
      readonly begin: readonly LockerName[];
      /** Migration of the whole box that may begin now, or be undone; null: none. */
      readonly migrate: string | null;
      /** Only draining, and nothing is to go on: take their drain back. */
      readonly recall: readonly LockerName[];
      /** The full checks are due; absent: they are not. */
      readonly check?: CheckMoment;
      /** Decide again at this time even if nothing happens; null: only when something happens. */
      readonly waitUntil: number | null;
      readonly state: RunState;
      readonly ask: Ask | null;
    }
  | { readonly kind: 'done'; readonly state: EndState };
