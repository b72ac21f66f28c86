/** Makes and removes a box's network. */
import { createServer } from 'node:net';
import { existsSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { evidenceOf, run } from '../box/run';
import { Fault } from '../domain/faults';
import { boxCommands, BRIDGE, freeSubnet, hostCommands, neighbourCommands } from './box-network';
import type { BoxNetwork } from './box-network';
import { runOrFault } from './run-or-fault';

export const netnsFile = (netns: string): string => `/run/netns/${netns}`;

export async function makeNetwork(network: BoxNetwork): Promise<void> {
  if (await isWhole(network)) return;
  await runOrFault(['ip', 'netns', 'add', network.netns]);
  await runOrFault(['ip', '-batch', '-'], { input: batch(hostCommands(network)) });
  await runOrFault(['ip', '-n', network.netns, '-batch', '-'], { input: batch(boxCommands(network)) });
}

export async function knowNeighbours(network: BoxNetwork, lockers: readonly string[]): Promise<void> {
  const { hostLink, netns } = network;
  await runOrFault(['ip', '-batch', '-'], { input: batch(neighbourCommands(network, hostLink, lockers)) });
  await runOrFault(['ip', '-n', netns, '-batch', '-'], { input: batch(neighbourCommands(network, BRIDGE, lockers)) });
}

export async function removeNetwork({ netns, hostLink }: BoxNetwork): Promise<void> {
  await remove(`/sys/class/net/${hostLink}`, ['ip', 'link', 'delete', hostLink]);
  await remove(netnsFile(netns), ['ip', 'netns', 'delete', netns]);
}

/** A pair goes with its namespace some time after that: gone in the meantime is gone. */
async function remove(path: string, argv: readonly string[]): Promise<void> {
  if (!existsSync(path)) return;
  const ran = await run(argv, { timeoutMs: 10_000 });
  if (ran.code === 0 || !existsSync(path)) return;
  throw new Fault('CommandFailed', `${path} of a sandbox can not be removed.`, { evidence: evidenceOf(ran) });
}

/** The bridge is brought up last: where it is up, all is. */
export async function isWhole({ netns, hostLink }: BoxNetwork): Promise<boolean> {
  if (!existsSync(netnsFile(netns)) || !existsSync(`/sys/class/net/${hostLink}`)) return false;
  const ran = await run(['ip', '-n', netns, 'link', 'show', BRIDGE, 'up'], { timeoutMs: 5_000 });
  return ran.code === 0 && ran.stdout.includes(BRIDGE);
}

/** Subnets that this machine has no address in. Sandboxes of other folders show theirs by their host links. */
export function chooseSubnet(before: number | null): number {
  const taken = Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address));
  const subnet = freeSubnet(taken, before);
  if (subnet !== null) return subnet;
  throw new Fault('SandboxUnavailable', 'All 64 networks of 10.77.0.0/16 are in use on this machine.', {
    cure: 'Take other sandboxes down with `npm run sandbox -- down --dir DIR`.',
  });
}

const LOOK_EVERY_MS = 20;
const CHOICE_WITHIN_MS = 30_000;

/**
 * Choosing a subnet and taking it must be one thing for all sandboxes of the machine. The lock is
 * an abstract socket: it goes with its process, however that ends.
 */
export async function alone<T>(work: () => Promise<T>): Promise<T> {
  const until = performance.now() + CHOICE_WITHIN_MS;
  for (;;) {
    const free = await hold('\0lockstep-sandbox-network');
    if (free !== null) return work().finally(free);
    if (performance.now() > until)
      throw new Fault('SandboxUnavailable', 'Another sandbox has been choosing its network for too long.');
    await sleep(LOOK_EVERY_MS);
  }
}

function hold(name: string): Promise<(() => void) | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen(name, () => resolve(() => void server.close()));
  });
}

const batch = (commands: readonly string[]): string => `${commands.join('\n')}\n`;
