/** One command over a connection, with a deadline. The command is a constant of ours; whatever is data goes through stdin. */
import { Fault } from '../../../domain/faults';
import type { Connection } from './connection';

export interface RanRemote {
  /** null: the connection ended before the command did. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}
export interface TimedCommand {
  readonly command: string;
  readonly stdin: string;
  readonly timeoutMs: number;
}

const KEEP = 1024 * 1024;

export function runRemote(connection: Connection, { command, stdin, timeoutMs }: TimedCommand): Promise<RanRemote> {
  return new Promise((resolve, reject) => {
    let stdout = '';
    let stderr = '';
    const end = (code: number | null, note = '') => {
      clearTimeout(timer);
      resolve({ code, stdout, stderr: stderr + note });
    };
    const timer = setTimeout(() => end(null, `\nno end after ${timeoutMs} ms`), timeoutMs);
    const run = async () => {
      const running = await connection.exec(command);
      running.stream.on('data', (chunk: Buffer) => (stdout = (stdout + chunk.toString('utf8')).slice(-KEEP)));
      running.stderr.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString('utf8')).slice(-KEEP)));
      running.stream.on('error', (error) => (stderr += `\n${error.message}`));
      running.stream.end(stdin);
      end((await running.ended).code);
    };
    run().catch((error: unknown) => (error instanceof Fault ? end(null, `\n${error.message}`) : reject(error)));
  });
}
