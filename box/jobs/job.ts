/**
 * One accepted change, as its verb sees it. `effect` is the only way to change anything: fence,
 * intent to disk, act, effect to disk. What an earlier life of lockerd intended is in `intents`.
 */
import type { Token } from '../../domain/model/ids';
import type { Verb } from '../../domain/protocol/verbs';
import { checkFreeze } from '../freeze/freeze-rules';
import type { Journal } from '../journal/journal';
import type { Intent, IntentKind, Job as JobRecord, NewRecord } from '../journal/records';
import { checkFence } from '../lease/lease-rules';

export type Recorded = JobRecord['intents'][number];

export interface Job {
  readonly token: Token;
  readonly verb: Verb;
  readonly holder: string;
  /** The newest intent of that kind (and that is such a one) that this token ever recorded. */
  intended<K extends IntentKind>(
    kind: K,
    such?: (intent: Extract<Intent, { kind: K }>) => boolean,
  ): (Recorded & { readonly intent: Extract<Intent, { kind: K }> }) | null;
  /** `along` is written in the same breath, before the intent. */
  effect<T>(intent: Intent, act: () => Promise<T>, along?: readonly NewRecord[]): Promise<T>;
  /** Lasting records that are no effect on a locker. */
  record(...records: readonly NewRecord[]): Promise<void>;
  /** Throws Fenced, or ChangesFrozen. */
  readonly check: () => void;
  /** To everybody who waits for this job. */
  readonly say: (line: string) => void;
  /** Aborted when somebody wants the job to come to its end early (undrain does). */
  readonly hurry: AbortSignal;
}

export interface JobParts {
  readonly token: Token;
  readonly verb: Verb;
  readonly holder: string;
  readonly journal: Journal;
  readonly say: (line: string) => void;
  readonly hurry: AbortSignal;
}

export function makeJob({ token, verb, holder, journal, say, hurry }: JobParts): Job {
  const now = () => journal.state().jobs.get(token);
  const check = () => {
    const state = journal.state();
    const job = now();
    checkFence(state, job?.generation ?? 0);
    // What was begun comes to its end: half a change helps nobody.
    if ((job?.intents.length ?? 0) === 0) checkFreeze(state.freeze, { verb, holder });
  };
  return {
    token,
    verb,
    holder,
    say,
    hurry,
    check,
    intended: <K extends IntentKind>(kind: K, such: (intent: Extract<Intent, { kind: K }>) => boolean = () => true) => {
      type Of = Recorded & { readonly intent: Extract<Intent, { kind: K }> };
      const isOf = (recorded: Recorded): recorded is Of => recorded.intent.kind === kind && such((recorded as Of).intent);
      return now()?.intents.findLast(isOf) ?? null;
    },
    effect: async (intent, act, along = []) => {
      check();
      await journal.append(...along, { kind: 'intent', token, intent });
      const result = await act();
      await journal.append({ kind: 'effect', token, effect: intent.kind });
      return result;
    },
    record: async (...records) => {
      check();
      await journal.append(...records);
    },
  };
}
