/** One `lockerctl adopt` on the box: a command in, frames out as they come. The command sent is a constant; the rest is stdin. */

import type { Connection } from '../../activities/adapters/ssh/connection';
import { lastLines, runCommand } from '../../activities/adapters/ssh/run-command';
import { AdoptFrame } from '../../domain/adopt/adoption';
import type { AdoptCommand } from '../../domain/adopt/adoption';
import { Fault, isFaultCode } from '../../domain/faults';

export interface Asking {
  readonly connection: Connection;
  readonly box: string;
  readonly sudo: boolean;
  readonly progress: (line: string) => void;
}

type Answer = Exclude<AdoptFrame, { progress: string } | { fault: unknown }>;

/** Throws the box's own faults, LockerdMissing where nothing of ours answers, LinkLost where it was cut off. */
export async function askBox(asking: Asking, command: AdoptCommand): Promise<Answer> {
  const { connection, sudo, progress } = asking;
  const frames: AdoptFrame[] = [];
  const onLine = (line: string) => {
    const frame = frameOf(line);
    if (frame !== null && 'progress' in frame) progress(frame.progress);
    else if (frame !== null) frames.push(frame);
  };
  const words = sudo ? 'sudo -n lockerctl adopt' : 'lockerctl adopt';
  const ran = await runCommand(connection, { command: words, stdin: `${JSON.stringify(command)}\n`, onLine });
  const answer = frames.at(-1);
  if (answer !== undefined && 'fault' in answer) throw faultFrom(answer.fault);
  if (answer !== undefined && !('progress' in answer)) return answer;
  const evidence = [`$ lockerctl adopt  → exit ${ran.code}`, ...lastLines(ran.stderr, 6)];
  if (ran.code === null)
    throw new Fault('LinkLost', `The connection to ${asking.box} was lost.`, {
      evidence,
      cure: 'What was begun on the box comes to its end there. Run the same again: it goes on from where it is.',
    });
  throw new Fault('LockerdMissing', `${asking.box} has no lockerctl that knows how to adopt.`, {
    evidence,
    cure: `Run \`npm run lockstep -- install-box --box ${asking.box}\` first; it brings lockerd to this version.`,
  });
}

/** null: a word of the login's shell. */
function frameOf(line: string): AdoptFrame | null {
  try {
    return AdoptFrame.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}

function faultFrom({ code, sentence, cure, evidence }: Extract<AdoptFrame, { fault: unknown }>['fault']): Fault {
  return new Fault(isFaultCode(code) ? code : 'CommandFailed', sentence, { cure, evidence });
}
