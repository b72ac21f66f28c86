/** The plan that a start would make now, as a short workflow that only looks: it needs no lease and may run beside a rollout. */
import type { PlanAnswer, PlanRequest } from '../activities/contract';
import { previewRollout } from './activity-proxies';
import { failureOf, stepFaultOf } from './step-fault';

export async function boxPreview(request: PlanRequest): Promise<PlanAnswer> {
  try {
    return await previewRollout(`inspect ${request.box} and plan`, request);
  } catch (error) {
    throw failureOf(stepFaultOf(error, `planning ${request.box}`));
  }
}
