/** One `lockerctl adopt` on the box: a command in, frames out as they come. The command sent is a constant; the rest is stdin. */
import type { Client } from 'ssh2';
import { AdoptFrame } from '../../domain/adopt/adoption';
import type { AdoptCommand } from '../../domain/adopt/adoption';
import { Fault, isFaultCode } from '../../domain/faults';

export interface Asking {
  readonly client: Client;
  readonly box: string;
  readonly sudo: boolean;
  readonly progress: (line: string) => void;
}

type Answer = Exclude<AdoptFrame, { progress: string } | { fault: unknown }>;

/** Throws the box's own faults, LockerdMissing where nothing of ours answers, LinkLost where it was cut off. */
export async function askBox(asking: Asking, command: AdoptCommand): Promise<Answer> {
  const ran = await exec(asking, `${JSON.stringify(command)}\n`);
  if (ran.answer !== null) return ran.answer;
  const evidence = [
    `$ lockerctl adopt  → exit ${ran.code}`,
    ...ran.stderr
      .split('\n')
      .filter((line) => line.trim() !== '')
      .slice(-6),
  ];
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

interface Ran {
  readonly answer: Answer | null;
  readonly code: number | null;
  readonly stderr: string;
}

const KEEP = 8_000;

function exec({ client, sudo, progress }: Asking, stdin: string): Promise<Ran> {
  return new Promise((resolve, reject) => {
    let answer: Answer | null = null;
    let code: number | null = null;
    let stderr = '';
    let rest = '';
    const take = (line: string) => {
      const frame = frameOf(line);
      if (frame === null) return;
      if ('progress' in frame) progress(frame.progress);
      else if ('fault' in frame) reject(faultFrom(frame.fault));
      else answer = frame;
    };
    const end = () => resolve({ answer, code, stderr });
    client.once('close', end);
    client.exec(sudo ? 'sudo -n lockerctl adopt' : 'lockerctl adopt', (error, channel) => {
      if (error) return reject(new Fault('LinkLost', error.message));
      channel.setEncoding('utf8').on('data', (text: string) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        lines.forEach(take);
      });
      channel.stderr.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString('utf8')).slice(-KEEP)));
      channel.on('exit', (status: number | null) => (code = status));
      channel.once('close', end);
      channel.end(stdin);
    });
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
