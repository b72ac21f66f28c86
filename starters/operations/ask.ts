/** Every question to the server: with a deadline, and its errors as faults. */
import { Fault } from '../../domain/faults';
import type { Door } from './door';
import { faultOf, silentFault } from './map-error';

/** No answer by then means that no worker takes the question up. */
const ANSWER_WITHIN_MS = 20_000;
const SERVER_ANSWERS_WITHIN_MS = 3_000;

export async function ask<T>(door: Door, box: string, question: () => Promise<T>, withinMs = ANSWER_WITHIN_MS): Promise<T> {
  const asked = { box, address: door.address };
  try {
    const answer = await within(door, question, withinMs);
    if (answer !== 'late') return answer.value;
  } catch (error) {
    const fault = faultOf(error, asked);
    if (!(fault instanceof Fault) || fault.code !== 'WorkerMissing') throw fault;
  }
  throw (await serverAnswers(door)) ? silentFault(asked) : unreachable(door);
}

/** The SDK goes on trying a server that refuses connections long after the deadline that it was given. */
async function within<T>({ client }: Door, question: () => Promise<T>, ms: number): Promise<{ value: T } | 'late'> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), ms);
  });
  const answer = client.withDeadline(Date.now() + ms, question).then((value) => ({ value }));
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

/** Both a dead server and a missing worker show as silence; one more question tells them apart. */
async function serverAnswers(door: Door): Promise<boolean> {
  const question = () => door.client.connection.workflowService.getSystemInfo({});
  return within(door, question, SERVER_ANSWERS_WITHIN_MS).then(
    (answer) => answer !== 'late',
    () => false,
  );
}

const unreachable = ({ address }: Door): Fault =>
  new Fault('TemporalUnreachable', `The Temporal server at ${address} can not be reached.`);
