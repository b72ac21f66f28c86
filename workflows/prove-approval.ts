/**
 * Before a gate opens for a signed approval: is it signed, by a key that may? Only the answer counts;
 * what the text says was matched before, and is matched again after, since the wait is long enough
 * for another message to come first.
 */
import { CancellationScope } from '@temporalio/workflow';
import type { OperatorMessage } from '../domain/operator/operator-message';
import { parseAssertion } from '../domain/operator/assertion';
import type { MessageEvent } from '../domain/decide/rollout-event';
import { proveIdentity } from './activity-proxies';
import type { ParsedMessage } from './parse-message';
import type { Rollout } from './rollout';
import { stepFaultOf } from './step-fault';

/** Whether somebody has to look at a signature first. */
export const isSigned = ({ message }: ParsedMessage): boolean => proofOf(message) !== undefined;

const proofOf = (message: OperatorMessage) => (message.kind === 'approve' ? message.proof : undefined);

/** The event of a proven approval; or the rest of a sentence: why it is none. */
export async function proveApproval({ input }: Rollout, { message, event }: ParsedMessage): Promise<MessageEvent | string> {
  const proof = proofOf(message);
  const said = proof && parseAssertion(proof.assertion);
  if (proof === undefined || event.kind !== 'approve' || said === undefined || typeof said === 'string') return event;
  const { actor } = event;
  try {
    const ask = () => proveIdentity(`who approves batch ${event.batch}: ${actor}`, { box: input.box, actor, ...proof });
    // An abort must not leave somebody without an answer.
    const answer = await CancellationScope.nonCancellable(ask);
    return answer.kind === 'proven' ? { ...event, proven: { nonce: said.nonce, key: proof.key } } : answer.why;
  } catch (error) {
    return `nobody could check who approves: ${stepFaultOf(error, 'checking who approves').sentence} Approve again.`;
  }
}
