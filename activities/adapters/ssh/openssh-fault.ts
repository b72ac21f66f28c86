/** What the system's ssh said before it gave up, as a fault of ours. Pure. */
import { Fault } from '../../../domain/faults';
import type { FaultCode } from '../../../domain/faults';
import { lastLines } from './run-command';
import type { Hop } from './route';
import { addressOf } from './route';

interface Meaning {
  readonly said: RegExp;
  readonly code: FaultCode;
  readonly what: string;
  readonly cure?: string;
}

/** The first that fits counts: a changed key also "failed verification". Words of OpenSSH 8.4 to 10. */
const MEANINGS: readonly Meaning[] = [
  {
    said: /IDENTIFICATION HAS CHANGED|marked as revoked|revoked by file|in revoked keys file|differs from the key for the IP address/,
    code: 'HostKeyMismatch',
    what: 'shows a host key that ssh refuses',
  },
  {
    said: /host key is known for|Host key verification failed/,
    code: 'HostKeyUnknown',
    what: 'has a host key that is not known',
  },
  {
    said: /Unable to negotiate with|no matching .* found/i,
    code: 'NoCommonAlgorithm',
    what: 'has no algorithm in common with ssh',
    cure: 'The last lines say what it offers: let one side allow what the other has.',
  },
  {
    said: /Permission denied|Too many authentication failures|[Nn]o more authentication methods/,
    code: 'LoginRefused',
    what: 'refuses the login',
  },
  {
    said: /Bad configuration option|bad configuration options|Bad owner or permissions|line \d+: |command-line: line/i,
    code: 'RouteRefused',
    what: 'can not be dialled: ssh refuses its configuration',
    cure: 'Mend what ssh names; `ssh -G HOST` reads the same files.',
  },
];

/** The frame of its warnings, and advice about files that are ours and gone. */
const NOISE = /^@|^IT IS POSSIBLE|^Someone could|^It is also|^Please contact|^Add correct|remove with:|ssh-keygen -f/;

export function opensshFault(hop: Hop, stderr: string, otherwise: string): Fault {
  const evidence = lastLines(stderr, 14)
    .filter((line) => !NOISE.test(line))
    .slice(-8);
  const where = `${hop.name} (${addressOf(hop)})`;
  const meaning = MEANINGS.find(({ said }) => said.test(stderr));
  if (meaning === undefined) {
    return new Fault('BoxUnreachable', `${where} can not be reached: ${evidence.at(-1) ?? otherwise}.`, { evidence });
  }
  const { code, what, cure } = meaning;
  return new Fault(code, `${where} ${what}.`, { evidence, ...(cure === undefined ? {} : { cure }) });
}
