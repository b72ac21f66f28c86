/** Failures with message and stack inside a payload, so that they are encrypted too. Loaded into the workflow bundle as well. */
import { DefaultFailureConverter } from '@temporalio/common';

export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
