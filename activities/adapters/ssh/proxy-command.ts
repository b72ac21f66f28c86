/** The command that opens a connection in place of a socket, run as ssh runs it: by the user's shell, which it replaces. */
import { spawn } from 'node:child_process';
import { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { complaintsOf } from './read-ssh-answer';

export interface ProxyCommand {
  /** The command's stdout and stdin. Destroying it ends the command. */
  readonly socket: Duplex;
  /** For the evidence of a fault: the command, how it ended, what it said last. */
  readonly evidence: () => Promise<readonly string[]>;
}

const KEEP = 4_000;
const LAST_WORDS_MS = 500;

export function runProxyCommand(command: string): ProxyCommand {
  const shell = process.env['SHELL'] || '/bin/sh';
  // A group of its own: a command of several processes is ended as a whole.
  const child = spawn(shell, ['-c', `exec ${command}`], { env: process.env, stdio: ['pipe', 'pipe', 'pipe'], detached: true });
  let said = '';
  let ended: string | null = null;
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString('utf8')).slice(-KEEP)));
  // It may have stopped reading; its end is what is told.
  child.stdin.on('error', () => {});
  const socket = Duplex.from({ readable: child.stdout, writable: child.stdin });
  const end = (how: string) => {
    ended ??= how;
    socket.destroy();
  };
  child.once('error', (error) => end(error.message));
  child.once('exit', (code, signal) => (ended ??= signal === null ? `exit ${code}` : `signal ${signal}`));
  socket.on('error', () => {});
  socket.once('close', () => endGroup(child.pid, () => ended !== null));
  const over = new Promise<void>((resolve) => void child.once('close', () => resolve()));
  const evidence = async () => {
    // Its pipes close a moment before it has ended.
    await Promise.race([over, sleep(LAST_WORDS_MS, undefined, { ref: false })]);
    return [`$ ${command}  → ${ended ?? 'still running'}`, ...complaintsOf(said).slice(-6)];
  };
  return { socket, evidence };
}

/** ssh sends SIGHUP. One that has ended has no group any more, or strangers may have its number. */
function endGroup(pid: number | undefined, over: () => boolean): void {
  if (pid === undefined || over()) return;
  try {
    process.kill(-pid, 'SIGHUP');
  } catch {
    // It ended in the meantime.
  }
}
