/** Who holds a box and what is owed on it, as a short workflow that only looks: it may run beside a rollout. */
import type { BoxLook } from '../activities/contract';
import type { BoxName } from '../domain/model/ids';
import { inspectBox } from './activity-proxies';
import { failureOf, stepFaultOf } from './step-fault';

export async function boxLook(box: BoxName): Promise<BoxLook> {
  try {
    return await inspectBox(`look at ${box}`, { box });
  } catch (error) {
    throw failureOf(stepFaultOf(error, `looking at ${box}`));
  }
}
