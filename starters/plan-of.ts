/** The plan, or one fault that carries every reason why there is none. */
import type { PlanRequest } from '../activities/contract';
import { Fault, isFaultCode } from '../domain/faults';
import type { Plan, PlanRefusal } from '../domain/model/plan';
import type { Door } from './operations/door';
import { preview } from './operations/preview';

export async function planOf(door: Door, request: PlanRequest): Promise<Plan> {
  const answer = await preview(door, request);
  if (answer.kind === 'plan') return answer.plan;
  throw refusalFault(request.box, answer.refusals);
}

function refusalFault(box: string, refusals: readonly PlanRefusal[]): Fault {
  const [first] = refusals;
  if (first === undefined) return new Fault('PolicyInvalid', `No plan could be made for ${box}, and no reason was given.`);
  const evidence = refusals.length === 1 ? [] : refusals.map(({ sentence, cure }) => `${sentence} ${cure}`);
  const more = refusals.length === 1 ? '' : ` (and ${refusals.length - 1} more)`;
  const code = isFaultCode(first.code) ? first.code : 'LockerUnfit';
  return new Fault(code, `No plan for ${box}: ${first.sentence}${more}`, { evidence, cure: first.cure });
}
