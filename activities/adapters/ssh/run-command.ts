/** One command on a host, outside the protocol of lockerd: text in, lines out as they come. The command must be a constant; data go through stdin. */
import type { Connection } from './connection';

export interface HostCommand {
  readonly command: string;
  readonly stdin: string;
  readonly onLine: (line: string) => void;
}

export interface HostRan {
  /** null: a signal, or cut off. */
  readonly code: number | null;
  /** The last that it said there, at most 8,000 characters. */
  readonly stderr: string;
}

const KEEP = 8_000;

/** Resolves when the command ends or the connection does. Fault: LinkLost where it could not be begun. */
export async function runCommand(connection: Connection, { command, stdin, onLine }: HostCommand): Promise<HostRan> {
  const running = await connection.exec(command);
  let stderr = '';
  let rest = '';
  running.stream.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    lines.forEach(onLine);
  });
  running.stderr.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString('utf8')).slice(-KEEP)));
  // It may end before it has read everything.
  running.stream.on('error', () => {});
  running.stream.end(stdin);
  const { code } = await running.ended;
  return { code, stderr };
}

/** For the evidence of a fault. */
export function lastLines(stderr: string, count: number): string[] {
  return stderr
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-count);
}
