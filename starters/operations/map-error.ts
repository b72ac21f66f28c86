/**
 * Temporal's errors as faults of ours, in one place: what a person can do about it, and never a
 * gRPC code alone. What is no expected error (a bug) goes through as it is.
 */
import {
  isGrpcServiceError,
  QueryNotRegisteredError,
  QueryRejectedError,
  WorkflowFailedError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import { ApplicationFailure, WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/common';
import { Fault, FAULTS, isFaultCode } from '../../domain/faults';
import type { FaultDetails } from '../../domain/faults';

/** gRPC's numbers: https://grpc.io/docs/guides/status-codes/ */
const CANCELLED = 1;
const DEADLINE_EXCEEDED = 4;
const FAILED_PRECONDITION = 9;
const UNAVAILABLE = 14;

export interface Asked {
  readonly box: string;
  readonly address: string;
}

export function faultOf(error: unknown, asked: Asked): unknown {
  if (error instanceof Fault) return error;
  if (error instanceof WorkflowNotFoundError) return noRollout(asked.box);
  if (error instanceof WorkflowUpdateFailedError) return refusalOf(error.cause, asked);
  if (error instanceof WorkflowFailedError) return failureOf(error.cause, asked);
  if (error instanceof WorkflowExecutionAlreadyStartedError) {
    return new Fault('AlreadyRunning', `A rollout already runs on ${asked.box} (workflow ${error.workflowId}).`);
  }
  if (error instanceof QueryRejectedError) return pausedFault(asked, []);
  // Whatever a worker answers a query with that is no answer: it can't replay the rollout, or does not know the question.
  if (error instanceof QueryNotRegisteredError) return stuckFault(asked, [error.message]);
  return grpcFaultOf(error, asked);
}

export const silentFault = ({ box }: Asked): Fault =>
  new Fault('WorkerMissing', `The rollout on ${box} did not answer in time: no worker takes the question up.`);

export const noRollout = (box: string): Fault =>
  new Fault('NoRollout', `No rollout runs on ${box}.`, { cure: `Start one with \`npm run start-rollout -- --box ${box}\`.` });

/** Temporal's own pause: no query and no update is answered, and nobody but Temporal can lift it. */
export function pausedFault({ box }: Asked, evidence: readonly string[]): Fault {
  return new Fault('WorkflowPaused', `The rollout on ${box} is paused in Temporal itself and answers nothing.`, { evidence });
}

/** `evidence`: the failure's own message. */
export function stuckFault({ box }: Asked, evidence: readonly string[]): Fault {
  const sentence = `The rollout on ${box} is stuck: its workflow code fails in its worker, so it answers nothing and decides nothing.`;
  return new Fault('RolloutStuck', sentence, { evidence, cure: FAULTS.RolloutStuck.cure.replaceAll('NAME', box) });
}

/** A validator's or a handler's no: the workflow's own sentence. */
function refusalOf(cause: Error | undefined, { box }: Asked): Fault {
  const fault = faultIn(cause);
  return fault ?? new Fault('MessageRefused', `The rollout on ${box} refused: ${cause?.message ?? 'no reason was given'}`);
}

function failureOf(cause: Error | undefined, asked: Asked): unknown {
  for (let link: Error | undefined = cause; link instanceof Error; link = link.cause as Error | undefined) {
    const fault = faultIn(link);
    if (fault) return fault;
  }
  return cause === undefined ? new Fault('CommandFailed', `The workflow on ${asked.box} failed.`) : grpcFaultOf(cause, asked);
}

/** The fault that an activity or the workflow threw (activities/contract.ts says how it travels). */
export function faultIn(error: unknown): Fault | null {
  if (!(error instanceof ApplicationFailure) || !error.type || !isFaultCode(error.type)) return null;
  const details = error.details?.[0] as Partial<FaultDetails> | undefined;
  const { sentence = error.message, cure, evidence = [] } = details ?? {};
  return new Fault(error.type, sentence, { evidence, ...(cure === undefined ? {} : { cure }) });
}

function grpcFaultOf(error: unknown, { box, address }: Asked): unknown {
  const service = serviceErrorIn(error);
  if (service === null) return error;
  const evidence = [service.details || service.message];
  if (service.code === FAILED_PRECONDITION && /paused/i.test(evidence[0] ?? '')) return pausedFault({ box, address }, []);
  if (service.code === FAILED_PRECONDITION && /workflow task in failed state/i.test(evidence[0] ?? '')) {
    return stuckFault({ box, address }, evidence);
  }
  // Soon after its last worker died the server says so by itself, and does not wait for another one.
  const noPoller = service.code === FAILED_PRECONDITION && /no poller seen/i.test(evidence[0] ?? '');
  if (noPoller || service.code === DEADLINE_EXCEEDED || service.code === CANCELLED) return silentFault({ box, address });
  if (service.code === UNAVAILABLE) {
    return new Fault('TemporalUnreachable', `The Temporal server at ${address} can not be reached.`, { evidence });
  }
  return error;
}

interface ServiceError {
  readonly code: number;
  readonly details: string;
  readonly message: string;
}

/** The SDK wraps the gRPC error, sometimes twice. */
function serviceErrorIn(error: unknown): ServiceError | null {
  for (let link: unknown = error; link instanceof Error; link = link.cause) {
    if (isGrpcServiceError(link)) return link;
  }
  return null;
}
