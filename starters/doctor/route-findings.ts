/** The way that will be taken, beside what ssh says without the fleet file, and what will be shown to be let in. */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { askSsh } from '../../activities/adapters/ssh/ask-ssh';
import { inFolder } from '../../activities/adapters/ssh/expand-paths';
import type { SshAnswer } from '../../activities/adapters/ssh/read-ssh-answer';
import type { Hop, Route } from '../../activities/adapters/ssh/route';
import { addressOf } from '../../activities/adapters/ssh/route';
import { accountHere } from '../../activities/adapters/ssh/surroundings';
import { Fault } from '../../domain/faults';
import { rolloutsRoute } from '../install/install-request';
import type { Session } from '../session';
import { fail, ok, skip, warn } from './finding';
import type { Finding } from './finding';
import { orFault } from './look-locally';

export async function lookAtRoute(session: Session): Promise<Finding[]> {
  const route = await orFault(() => rolloutsRoute(session));
  if (route instanceof Fault) {
    const said = fail('route', [route.sentence, ...route.evidence].join('\n'), route.cure);
    return [said, skip('identity', 'not looked at: there is no route')];
  }
  const { host, config } = session.boxInput.ssh;
  const { home } = accountHere(session.io.env);
  const file = config === undefined || config === 'none' ? config : inFolder(dirname(session.fleet.file), config, home);
  const args = file === undefined ? ['--', host] : ['-F', file, '--', host];
  const answer = await orFault(() => askSsh(args));
  const asked = `ssh -G ${args.filter((word) => word !== '--').join(' ')}`;
  const says = answer instanceof Fault ? answer.sentence : answer === null ? 'there is no ssh' : wayOf(answer);
  return routeFindings(route, { asked, says, exists: existsSync });
}

const wayOf = (answer: SshAnswer): string => {
  const [user, host, port, jump, command] = ['user', 'hostname', 'port', 'proxyjump', 'proxycommand'].map(answer.one);
  const through = jump ?? (command === undefined ? undefined : `\`${command}\``);
  return `${user}@${host}:${port}${through === undefined ? '' : `, through ${through}`}`;
};

interface Beside {
  readonly asked: string;
  readonly says: string;
  readonly exists: (path: string) => boolean;
}

/** Pure. */
export function routeFindings(route: Route, { asked, says, exists }: Beside): Finding[] {
  const last = route.at(-1) as Hop;
  const way = [
    ...(route[0].proxyCommand === null ? [] : [`\`${route[0].proxyCommand}\``]),
    ...route.map((hop) => `${hop.user}@${addressOf(hop)}`),
  ].join(', then ');
  return [
    ok('route', `${way}${last.via === 'openssh' ? ' (via openssh)' : ''}\n${asked} says: ${says}`),
    identityFinding(last, exists),
  ];
}

function identityFinding({ identityFiles, agent }: Hop, exists: (path: string) => boolean): Finding {
  const there = identityFiles.filter(exists);
  const told = [...there, ...(agent === null ? [] : [`the keys of the agent ${agent}`])];
  if (told.length > 0) return ok('identity', told.join(', '));
  return warn(
    'identity',
    `no key: none of ${identityFiles.join(', ') || 'no file'} is there, and no agent`,
    'Name one with identityFile in the fleet file or the ssh config, or start an agent for the worker.',
  );
}
