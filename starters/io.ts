/** What a command needs of the process around it, as an argument, so that tests can call it. stdout is data, stderr is progress. */
import { safeLine } from './render/safe-line';

export interface Out {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

export interface Io {
  readonly stdout: Out;
  readonly stderr: Out;
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly env: NodeJS.ProcessEnv;
  /** Aborted by Ctrl-C. */
  readonly interrupted: AbortSignal;
}

/** Takes the words after the command's name; returns the exit code. */
export type Main = (argv: readonly string[], io: Io) => Promise<number>;

export function printObject(io: Io, object: unknown): void {
  io.stdout.write(`${JSON.stringify(object)}\n`);
}

export function printLines(out: Out, lines: readonly string[]): void {
  for (const line of lines) out.write(`${safeLine(line)}\n`);
}
