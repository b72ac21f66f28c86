/** Every question to the server: with a deadline, and its errors as faults. */
import { Fault } from '../../domain/faults';
import type { Door } from './door';
import { faultOf } from './map-error';

/** No answer by then means that no worker takes the question up. */
const ANSWER_WITHIN_MS = 20_000;
const SERVER_ANSWERS_WITHIN_MS = 3_000;

export async function ask<T>(door: Door, box: string, question: () => Promise<T>, withinMs = ANSWER_WITHIN_MS): Promise<T> {
  try {
    return await door.client.withDeadline(Date.now() + withinMs, question);
  } catch (error) {
    const fault = faultOf(error, { box, address: door.address });
    if (fault instanceof Fault && fault.code === 'WorkerMissing' && !(await serverAnswers(door))) throw unreachable(door, fault);
    throw fault;
  }
}

/** Both a dead server and a missing worker show as silence; one more question tells them apart. */
async function serverAnswers({ client }: Door): Promise<boolean> {
  return client
    .withDeadline(Date.now() + SERVER_ANSWERS_WITHIN_MS, () => client.connection.workflowService.getSystemInfo({}))
    .then(
      () => true,
      () => false,
    );
}

const unreachable = ({ address }: Door, { evidence }: Fault): Fault =>
  new Fault('TemporalUnreachable', `The Temporal server at ${address} can not be reached.`, { evidence });
