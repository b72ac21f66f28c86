/** A box in memory, as an implementation of BoxPort: says what the test tells it to and remembers what it was asked. */
import type { BoxPort, CallOptions } from '../../activities/ports/box-port';
import type { Verb, VerbParams, VerbResult } from '../../domain/protocol/verbs';

export interface BoxCall {
  readonly verb: Verb;
  readonly params: VerbParams<Verb>;
  readonly options: CallOptions;
}
type Answers = { readonly [V in Verb]?: (params: VerbParams<V>, options: CallOptions) => VerbResult<V> | Promise<VerbResult<V>> };

export function aFakeBox(answers: Answers): BoxPort & { readonly calls: BoxCall[] } {
  const calls: BoxCall[] = [];
  return {
    calls,
    call: async (_, verb, params, options) => {
      calls.push({ verb, params, options });
      const answer = answers[verb];
      if (!answer) throw new Error(`the test did not expect ${verb}`);
      return answer(params, options);
    },
    close: () => Promise.resolve(),
  };
}

/** Until the caller gives up: how a call to a box that works on something ends for a caller that leaves. */
export function untilLeft({ signal }: CallOptions): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
