/** A command of ours in this very process: what it wrote, and how it exits. */
import { PassThrough } from 'node:stream';
import type { Io, Main } from '../../starters/io';

export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandIo {
  readonly io: Io;
  readonly said: { stdout: string; stderr: string };
  /** As Ctrl-C does. */
  readonly interrupt: () => void;
}

export function commandIo(env: NodeJS.ProcessEnv): CommandIo {
  const said = { stdout: '', stderr: '' };
  const interrupt = new AbortController();
  const io: Io = {
    stdout: { write: (text) => (said.stdout += text) },
    stderr: { write: (text) => (said.stderr += text) },
    stdin: new PassThrough(),
    env,
    interrupted: interrupt.signal,
  };
  return { io, said, interrupt: () => interrupt.abort() };
}

export async function runMain(main: Main, argv: readonly string[], env: NodeJS.ProcessEnv): Promise<Said> {
  const { io, said } = commandIo(env);
  const code = await main(argv, io);
  return { code, ...said };
}
