/** What one run of the harness came to. */
import type { End, Phase } from './contract';

export interface RunResult {
  readonly seed: number;
  readonly fault: string;
  /** The flags that draw it again. */
  readonly replay: string;
  readonly what: string;
  readonly moment: string;
  readonly phase: Phase;
  readonly end: End | 'no-end';
  readonly resumes: number;
  readonly seconds: number;
  /** From the mending (the strike, where nothing has to be mended) until the rollout's next request to its box, in heartbeat timeouts; null: no request was left. */
  readonly recovery: number | null;
  readonly violations: readonly string[];
  /** Draws whose fault fell outside the rollout, before this one. */
  readonly misses: number;
  /** Reasons of holds and faults, for people. */
  readonly told: readonly string[];
  /** Where journal and logs of a run with violations are kept. */
  readonly kept: string | null;
}
