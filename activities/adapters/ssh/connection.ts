/**
 * A connection to a host, whoever speaks SSH there: `ssh2-connection.ts` in this process,
 * `openssh-connection.ts` through the system's ssh.
 */
import type { Duplex, Readable } from 'node:stream';

export interface Connection {
  /** Runs a constant command; whatever is data goes through its stdin. Fault: LinkLost where it can't be begun. */
  exec(command: string): Promise<RemoteCommand>;
  /** Ends the connection and those of its jump hosts. */
  close(): void;
}

export interface RemoteCommand {
  /** stdin and stdout. It closes when the command ends or the connection does. */
  readonly stream: Duplex;
  readonly stderr: Readable;
  /** How it ended; never rejects. */
  readonly ended: Promise<CommandEnd>;
}

export interface CommandEnd {
  /** null: a signal, or the connection ended first and the outcome is unknown. */
  readonly code: number | null;
  readonly signal: string | null;
}
