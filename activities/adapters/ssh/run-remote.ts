/** One command over a connection. The command is a constant of ours; whatever is data goes through stdin. */
import type { Client } from 'ssh2';

export interface RanRemote {
  /** null: the connection ended before the command did. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}
export interface RemoteCommand {
  readonly command: string;
  readonly stdin: string;
  readonly timeoutMs: number;
}

const KEEP = 1024 * 1024;

export function runRemote(client: Client, { command, stdin, timeoutMs }: RemoteCommand): Promise<RanRemote> {
  return new Promise((resolve) => {
    let stdout = '';
    let stderr = '';
    let code: number | null = null;
    const end = (note = '') => {
      clearTimeout(timer);
      resolve({ code, stdout, stderr: stderr + note });
    };
    const timer = setTimeout(() => end(`\nno end after ${timeoutMs} ms`), timeoutMs);
    client.once('error', (error) => end(`\n${error.message}`));
    client.exec(command, (error, channel) => {
      if (error) return end(error.message);
      channel.on('data', (chunk: Buffer) => (stdout = (stdout + chunk.toString('utf8')).slice(-KEEP)));
      channel.stderr.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString('utf8')).slice(-KEEP)));
      channel.on('exit', (status: number | null) => (code = status));
      channel.once('close', () => end());
      channel.end(stdin);
    });
  });
}
