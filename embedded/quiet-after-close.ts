/**
 * The SDK tries a failed call again from a timer of its own. When the connection was closed meanwhile, the
 * channel throws inside that timer, where nobody can catch it, and the process dies of a question that
 * nobody waits for any more. Behind the retry, such a call goes nowhere instead.
 */
import { defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';
import type { ConnectionOptions } from '@temporalio/client';

type Interceptor = NonNullable<ConnectionOptions['interceptors']>[number];

const nothing = (): void => {};
/** A call that is never answered. */
const NOWHERE = { start: nothing, sendMessage: nothing, halfClose: nothing, cancelWithStatus: nothing, getPeer: () => '' };

export const quietAfterClose: Interceptor = (options, nextCall) => {
  try {
    return nextCall(options) as ReturnType<Interceptor>;
  } catch (error) {
    if (error instanceof Error && error.message === 'Channel has been shut down')
      return NOWHERE as unknown as ReturnType<Interceptor>;
    throw error;
  }
};

/** The SDK's own retry first: what stands behind it sees each attempt. */
export const QUIET_RETRY: readonly Interceptor[] = [makeGrpcRetryInterceptor(defaultGrpcRetryOptions()), quietAfterClose];
