/** The exit codes of every command (README has the table): scripts rely on them. */
import type { FaultCode } from '../domain/faults';
import type { RunState } from '../domain/model/progress';

export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  waiting: 3,
  aborted: 4,
  exceptions: 5,
  detached: 130,
} as const;

const OF_STATE: Readonly<Record<RunState, number>> = {
  planning: EXIT.done,
  staging: EXIT.done,
  running: EXIT.done,
  'rolling-back': EXIT.done,
  'waiting-for-window': EXIT.done,
  paused: EXIT.done,
  settling: EXIT.done,
  'waiting-for-approval': EXIT.waiting,
  held: EXIT.waiting,
  succeeded: EXIT.done,
  'completed-with-exceptions': EXIT.exceptions,
  aborted: EXIT.aborted,
  'rolled-back': EXIT.aborted,
  failed: EXIT.failed,
};

/** The command line or the fleet file was wrong, and nothing was begun. */
const USAGE: readonly FaultCode[] = [
  'FleetFileMissing',
  'FleetFileInvalid',
  'UnknownBox',
  'UnknownLocker',
  'NotAvailableYet',
  'PolicyInvalid',
  'SigningKeyInvalid',
  'ConfirmationNeeded',
  'ChatConfigInvalid',
];

export function exitOfState(state: RunState): number {
  return OF_STATE[state];
}

export function exitOfFault(code: FaultCode): number {
  return USAGE.includes(code) ? EXIT.usage : EXIT.failed;
}

/** A person must act before it goes on. */
export function waitsForPerson(state: RunState): boolean {
  return OF_STATE[state] === EXIT.waiting;
}
