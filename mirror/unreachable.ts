/** The origin does not answer, or not to us: what git said, and what helps against that. */
import { Fault } from '../domain/faults';
import type { GitRan, Mirror } from './mirror';

interface Told {
  readonly said: RegExp;
  readonly cure: (who: Mirror['who']) => string;
}

const KNOWN: readonly Told[] = [
  {
    said: /detected dubious ownership/,
    cure: () =>
      'On the machine that has the repository it belongs to another account than the one that serves it: give it to that one (chown), or run `git config --system --add safe.directory PATH` there.',
  },
  {
    said: /Host key verification failed/,
    cure: (who) =>
      `Put the host key of the git server into known_hosts of the account that ${who === 'box' ? 'lockerd on the box' : 'the worker'} runs as.`,
  },
  {
    said: /Permission denied \(/,
    cure: (who) =>
      `Let the key of the account that ${who === 'box' ? 'lockerd on the box' : 'the worker'} runs as read the repository; or name another one by core.sshCommand in its ~/.gitconfig.`,
  },
  {
    said: /terminal prompts disabled|could not read (?:Username|Password)|Authentication failed/,
    cure: (who) =>
      `Nobody is asked for a password: set a credential.helper in ~/.gitconfig of the account that ${who === 'box' ? 'lockerd on the box' : 'the worker'} runs as.`,
  },
];

const OWN_WAY: Readonly<Record<Mirror['who'], string | undefined>> = {
  box: undefined,
  worker: 'Check the repository and the way from the worker to it: with `stage: push` the worker fetches, not the box.',
};

export function unreachable({ who, url }: Mirror, ran: GitRan): Fault {
  // The repository has nothing to do with it: nothing is gained by trying again.
  if (/No space left on device/i.test(ran.stderr))
    return new Fault('DiskFull', `The disk of the ${who} is full: it can not take up ${url}.`, {
      evidence: ran.evidence,
      cure: `Free space on the ${who}; nothing was changed.`,
    });
  const sentence = `The ${who} can not fetch ${url}${who === 'worker' ? ', to push it' : ''}.`;
  const cure = KNOWN.find(({ said }) => said.test(ran.stderr))?.cure(who) ?? OWN_WAY[who];
  return new Fault('RepoUnreachable', sentence, { evidence: ran.evidence, ...(cure !== undefined && { cure }) });
}
