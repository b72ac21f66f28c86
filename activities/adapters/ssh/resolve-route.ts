/**
 * From a box's `ssh` section to a route, as the system's ssh would go: it is asked (`ssh -G`), with what
 * fleet.yaml says on its command line, where it wins over every file. Each jump host is asked for as ssh
 * does it, which runs itself for the jump with `-F` alone of what it was given.
 */
import type { SshInput } from '../../../domain/model/fleet';
import { Fault } from '../../../domain/faults';
import { askSsh } from './ask-ssh';
import { inFolder, literal } from './expand-paths';
import { fillTokens } from './fill-tokens';
import { hopOf } from './hop-of-answer';
import { splitJumps } from './parse-jump';
import type { SshAnswer } from './read-ssh-answer';
import type { Hop, Route } from './route';
import { routeWithoutSsh } from './route-without-ssh';
import { refuseUnkept } from './ssh-options';
import type { Surroundings } from './surroundings';

/** A fleet has one jump host, seldom two; more is a loop. ssh itself sees only a loop of one. */
const MAX_HOPS = 8;

export async function resolveRoute(ssh: SshInput, surroundings: Surroundings): Promise<Route> {
  const route = await routeTo(ssh, surroundings, 0);
  return route ?? routeWithoutSsh(ssh, surroundings);
}

/** null: there is no ssh to ask. */
async function routeTo(ssh: SshInput, surroundings: Surroundings, depth: number): Promise<Route | null> {
  if (depth >= MAX_HOPS) {
    throw new Fault('RouteRefused', `The way to ${ssh.host} leads through more than ${MAX_HOPS} jump hosts, or through itself.`, {
      cure: 'Mend ProxyJump in the ssh config file: `Host * !gate` leaves the jump host itself out.',
    });
  }
  const args = sshArguments(ssh, surroundings);
  const asked = [...args, '--', ssh.host];
  const [answer, plain] = await Promise.all([askSsh(asked), askSsh(['-F', 'none', '--', 'localhost'])]);
  if (answer === null || plain === null) return null;
  refuseUnkept(ssh, answer);
  const hop = await hopOf({ ssh, answer, plain, args, surroundings });
  const through = await jumpsOf(ssh, { answer, hop }, surroundings, depth);
  return [...through, hop] as unknown as Route;
}

async function jumpsOf(
  ssh: SshInput,
  { answer, hop }: { answer: SshAnswer; hop: Hop },
  surroundings: Surroundings,
  depth: number,
): Promise<readonly Hop[]> {
  const printed = answer.one('proxyjump');
  if (printed === undefined) return [];
  const tokens = { h: hop.host, n: ssh.host, p: String(hop.port), r: hop.user };
  const { last, before } = splitJumps(fillTokens(printed, 'ProxyJump', tokens));
  const { config, via } = ssh;
  const jump = { ...last, ...(config && { config }), ...(via && { via }), ...(before !== null && { proxyJump: before }) };
  return (await routeTo(jump, surroundings, depth + 1)) ?? [];
}

/** fleet.yaml's words as those of a command line. */
function sshArguments(ssh: SshInput, { folder, home }: Surroundings): string[] {
  const { config, port, user, proxyJump, identityFile, knownHosts } = ssh;
  const file = (path: string) => literal(inFolder(folder, path, home));
  return [
    ...(config === undefined ? [] : ['-F', config === 'none' ? 'none' : inFolder(folder, config, home)]),
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...(user === undefined ? [] : ['-l', user]),
    ...(proxyJump === undefined ? [] : ['-J', proxyJump]),
    ...(identityFile === undefined ? [] : ['-o', `IdentityFile=${file(identityFile)}`]),
    ...(knownHosts === undefined ? [] : ['-o', `UserKnownHostsFile=${file(knownHosts)}`, '-o', 'GlobalKnownHostsFile=none']),
  ];
}
