/**
 * How an activity speaks to one box's lockerd. Implementations: adapters/ssh (real), and an
 * in-memory one in tests. A lost link inside a changing call re-attaches by token by itself;
 * it throws LinkLost only when the deadline is over.
 */
import type { BoxName } from '../../domain/model/ids';
import type { Token } from '../../domain/model/ids';
import type { Verb, VerbParams, VerbResult } from '../../domain/protocol/verbs';

export interface CallOptions {
  readonly change?: { readonly token: Token; readonly holder: string; readonly generation: number };
  /** The whole wait, connecting included. */
  readonly deadlineMs: number;
  readonly signal?: AbortSignal;
  /** One line of progress from the box. */
  readonly onProgress?: (line: string) => void;
}

export interface BoxPort {
  call<V extends Verb>(box: BoxName, verb: V, params: VerbParams<V>, options: CallOptions): Promise<VerbResult<V>>;
  close(): Promise<void>;
}
