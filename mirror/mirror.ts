/**
 * What a box's mirror and a worker's have in common: a bare repository beside an origin, and a way to
 * run git in it. Who owns it says how long git may run and with which environment.
 */

/** Whatever happened, as a value. */
export interface GitRan {
  /** null: killed at its deadline, or never started. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The command, its exit and its last lines. */
  readonly evidence: readonly string[];
}

export interface GitLimits {
  readonly timeoutMs?: number;
  /** Of stdout and of stderr; what is longer loses its beginning. */
  readonly keepBytes?: number;
}

export interface Mirror {
  /** Of the origin, as git takes it. */
  readonly url: string;
  /** Whose mirror it is, for sentences. */
  readonly who: 'box' | 'worker';
  /** `args` from the subcommand on, or from `-c`. */
  readonly git: (args: readonly string[], limits?: GitLimits) => Promise<GitRan>;
}

/** Every repository has them, so that both ends mean the same refs. */
export const HEADS = 'refs/heads/';
export const TAGS = 'refs/tags/';
