/**
 * Asks the system's ssh how it would go: `ssh -G`. Its files, `Include`, `Match exec`, names that have to be
 * looked up: all of it is ssh's own reading, in a process of its own.
 *
 * An answer counts for a few seconds. A rollout asks for the route with each call, some thirty a second; a
 * question costs ssh 10 to 50 ms and may run a command of the user's (`Match exec`). Nobody can tell from
 * outside which files an answer came from, so time is the only bound, and a mended file counts as soon as
 * somebody has gone back to the prompt and asked again.
 */
import { execFile } from 'node:child_process';
import { Fault } from '../../../domain/faults';
import { complaintsOf, readSshAnswer } from './read-ssh-answer';
import type { SshAnswer } from './read-ssh-answer';

const COUNTS_FOR_MS = 2_000;
/** `Match exec` and canonical names may wait for the network. */
const ANSWERS_WITHIN_MS = 20_000;

const answers = new Map<string, { readonly until: number; readonly answer: Promise<SshAnswer | null> }>();

/** `args`: all that comes after `ssh -G`. null: there is no ssh. Faults: RouteRefused, BoxUnreachable. */
export function askSsh(args: readonly string[]): Promise<SshAnswer | null> {
  const now = performance.now();
  for (const [key, { until }] of answers) if (until <= now) answers.delete(key);
  const key = JSON.stringify([process.env['PATH'], args]);
  const known = answers.get(key);
  if (known) return known.answer;
  const answer = ask(args);
  answers.set(key, { until: now + COUNTS_FOR_MS, answer });
  // A refusal is asked again: somebody may be mending the file.
  answer.catch(() => answers.delete(key));
  return answer;
}

function ask(args: readonly string[]): Promise<SshAnswer | null> {
  return new Promise((resolve, reject) => {
    // -T: no word about terminals. -vvv: how it expands the names of known_hosts files.
    const options = { env: process.env, timeout: ANSWERS_WITHIN_MS, maxBuffer: 16 * 1024 * 1024 };
    const child = execFile('ssh', ['-G', '-T', '-vvv', ...args], options, (error, stdout, stderr) => {
      if (error === null) return resolve(readSshAnswer(stdout, stderr));
      if (error.code === 'ENOENT') return resolve(null);
      reject(refusal(args, { code: error.code ?? null, killed: error.killed === true, complaints: complaintsOf(stderr) }));
    });
    child.stdin?.end();
  });
}

interface Ended {
  readonly code: number | string | null;
  readonly killed: boolean;
  readonly complaints: readonly string[];
}

function refusal(args: readonly string[], { code, killed, complaints }: Ended): Fault {
  const name = args.at(-1);
  const asked = `$ ssh -G ${args.join(' ')}`;
  if (killed) {
    return new Fault('BoxUnreachable', `ssh did not say within ${ANSWERS_WITHIN_MS / 1000} s how it would go to ${name}.`, {
      evidence: [asked, ...complaints.slice(-4)],
      cure: 'Run that command: a Match exec of the ssh config file, or the look-up of a name, does not come to its end.',
    });
  }
  return new Fault('RouteRefused', `ssh refuses the way to ${name}: ${(complaints[0] ?? `exit ${code}`).replace(/\.$/, '')}.`, {
    evidence: [`${asked}  → exit ${code}`, ...complaints.slice(0, 6)],
  });
}
