/** One command on a host, outside the protocol of lockerd: text in, lines out as they come. The command must be a constant; data go through stdin. */
import type { Client } from 'ssh2';
import { Fault } from '../../../domain/faults';

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
export function runCommand(client: Client, { command, stdin, onLine }: HostCommand): Promise<HostRan> {
  return new Promise((resolve, reject) => {
    let code: number | null = null;
    let stderr = '';
    let rest = '';
    const end = () => resolve({ code, stderr });
    client.once('close', end);
    client.exec(command, (error, channel) => {
      if (error) return reject(new Fault('LinkLost', error.message));
      channel.setEncoding('utf8').on('data', (text: string) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        lines.forEach(onLine);
      });
      channel.stderr.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString('utf8')).slice(-KEEP)));
      channel.on('exit', (status: number | null) => (code = status));
      channel.once('close', end);
      // It may end before it has read everything.
      channel.on('error', () => {});
      channel.end(stdin);
    });
  });
}

/** For the evidence of a fault. */
export function lastLines(stderr: string, count: number): string[] {
  return stderr
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-count);
}
