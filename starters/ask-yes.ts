/** One question on the terminal. Whatever is no clear answer (Ctrl-C, the end of input) is a no. */
import { createInterface } from 'node:readline/promises';
import { Fault } from '../domain/faults';
import type { Session } from './session';

export async function askYes(session: Session, question: string): Promise<boolean> {
  return /^y(es)?$/i.test(await answerTo(session, `${question} [y/N]`));
}

/** For what can't be undone: a word that nobody types by habit. */
export async function askWord(session: Session, question: string, word: string): Promise<boolean> {
  return (await answerTo(session, question)) === word;
}

async function answerTo({ io }: Session, question: string): Promise<string> {
  const reader = createInterface({ input: io.stdin, output: io.stderr as NodeJS.WritableStream & typeof io.stderr });
  // On a terminal readline takes Ctrl-C itself: to the process, it never happened.
  reader.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    return (await reader.question(`${question} `, { signal: io.interrupted })).trim();
  } catch {
    return '';
  } finally {
    reader.close();
  }
}

/** Said before anything is started or looked at, since no answer can come later. `what`: the beginning of a sentence. */
export function mustBeAskable({ io, json }: Session, what: string): void {
  if (io.stdin.isTTY === true && io.stderr.isTTY === true && !json) return;
  throw new Fault('ConfirmationNeeded', `${what}, and there is no terminal to ask on.`);
}
