/** Temporal's failures as faults of ours and back; what is none of ours keeps its own name. */
import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';
import { FAULTS } from '../domain/faults';
import type { StepFault } from '../domain/model/progress';

/** `doing`: what was tried, on which locker; used where the failure itself does not say. */
export function stepFaultOf(error: unknown, doing: string): StepFault {
  const inner = error instanceof ActivityFailure ? error.cause : error;
  const told = applicationFailureIn(inner);
  if (told) return fromApplicationFailure(told);
  if (inner instanceof TimeoutFailure) {
    const sentence = `${doing}: no answer in time (${inner.timeoutType}).`;
    return { code: 'BoxUnreachable', sentence, cure: FAULTS.BoxUnreachable.cure, evidence: [inner.message] };
  }
  return fromUnknown(inner);
}

/** A timeout carries what the last attempt threw: that says more than the timeout. */
function applicationFailureIn(error: unknown): ApplicationFailure | null {
  for (let link: unknown = error; link instanceof Error; link = link.cause) {
    if (link instanceof ApplicationFailure) return link;
  }
  return null;
}

const DEFECT = 'This is a defect of Lockstep: report it with the stack in the workflow’s history.';

function fromApplicationFailure(failure: ApplicationFailure): StepFault {
  const details = failure.details?.[0] as Partial<StepFault> | undefined;
  return {
    code: failure.type ?? 'Error',
    sentence: details?.sentence ?? failure.message,
    cure: details?.cure ?? DEFECT,
    evidence: details?.evidence ?? [],
  };
}

function fromUnknown(error: unknown): StepFault {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return { code: name, sentence: message, cure: DEFECT, evidence: [] };
}

/** Fails the workflow, or refuses an update: type = code, the fault first in the details, no retry. */
export function failureOf(fault: StepFault, ...more: unknown[]): ApplicationFailure {
  const { code, sentence, cure } = fault;
  return ApplicationFailure.create({ type: code, message: `${sentence} ${cure}`, nonRetryable: true, details: [fault, ...more] });
}
