/** The checks of a box's lockers, alone: a short workflow that only looks, needs no lease and may run beside a rollout. */
import type { ChecksAnswer } from '../activities/contract';
import { checkLockers } from './activity-proxies';
import type { CheckRequest } from './messages';
import { failureOf, stepFaultOf } from './step-fault';

export async function boxCheck({ longestMs, ...request }: CheckRequest): Promise<ChecksAnswer> {
  try {
    return await checkLockers(`${request.set} checks of ${request.box}`, request, longestMs);
  } catch (error) {
    throw failureOf(stepFaultOf(error, `checking ${request.box}`));
  }
}
