/**
 * One running installation that faults are done to: a sandbox box with six quick lockers, a real
 * Temporal server, a worker, and the CLI. Processes are known by the records of its home.
 */
import type { LxcBox } from '../../sandbox/sandbox-state';
import type { Installation } from '../support/installation';
import type { Random } from './random';

export interface RolloutWorld {
  readonly installation: Installation;
  /** The sandbox's own record of the box, read anew. */
  box(): Promise<LxcBox>;
  /** null: not running now. */
  workerPid(): Promise<number | null>;
  serverPid(): Promise<number | null>;
  lockerdPid(): Promise<number | null>;
  /** All processes of the command that follows the rollout, children first; none: it has ended. */
  cliPids(): Promise<readonly number[]>;
  /** Starts what of Temporal and worker is missing, as the next command of a user would; returns when both answer. */
  ensureOrchestrator(): Promise<void>;
  /** Workflow id of the rollout that is struck: `box/<name>`. */
  readonly workflowId: string;
  /** Temporal's address of this installation's server. */
  temporalAddress(): Promise<string>;
  /** The draw of this seed; the same seed draws the same. */
  readonly random: Random;
  say(line: string): void;
  /** Undone when the run is over, last first, whatever happened. */
  onClose(undo: () => Promise<void>): void;
}
