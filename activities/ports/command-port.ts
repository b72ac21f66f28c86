/** A command on the worker. Whatever comes of it is a value. Implementation: adapters/run-command. */
export interface Command {
  readonly argv: readonly string[];
  readonly cwd: string;
  /** Over the few variables that every command gets. */
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}
export interface CommandRan {
  /** null: killed by a signal, or never started. */
  readonly code: number | null;
  readonly timedOut: boolean;
  /** The last line that it printed, or why it could not be started. */
  readonly lastLine: string;
}

export interface CommandPort {
  run(command: Command): Promise<CommandRan>;
}
