/** One yes-or-no question on the terminal. Whatever is no clear yes (Ctrl-C, the end of input) is a no. */
import { createInterface } from 'node:readline/promises';
import { Fault } from '../domain/faults';
import type { Session } from './session';

export async function askYes({ io }: Session, question: string): Promise<boolean> {
  const reader = createInterface({ input: io.stdin, output: io.stderr as NodeJS.WritableStream & typeof io.stderr });
  // On a terminal readline takes Ctrl-C itself: to the process, it never happened.
  reader.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    const answer = await reader.question(`${question} [y/N] `, { signal: io.interrupted });
    return /^y(es)?$/i.test(answer.trim());
  } catch {
    return false;
  } finally {
    reader.close();
  }
}

/** Said before anything is started or looked at, since no answer can come later. `what`: the beginning of a sentence. */
export function mustBeAskable({ io, json }: Session, what: string): void {
  if (io.stdin.isTTY === true && io.stderr.isTTY === true && !json) return;
  throw new Fault('ConfirmationNeeded', `${what}, and there is no terminal to ask on.`);
}
