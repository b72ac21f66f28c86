/** Packets of a box's sshd that get lost, by rules in the box's own network. Lockers and their probes are not touched. */
import { evidenceOf, run } from '../../../box/run';
import type { RolloutWorld } from '../world';

const TABLE = 'inet lockstep_chaos';
const WITHIN_MS = 20_000;

/** Of nft; `in` and `out` as the box sees it. */
export interface Dropped {
  readonly in: readonly string[];
  readonly out: readonly string[];
}

/** Returns what lets them pass again. */
export async function dropPackets(world: RolloutWorld, dropped: Dropped): Promise<() => Promise<void>> {
  const { netns } = await world.box();
  const pass = () => nft(netns, `table ${TABLE} {}\ndelete table ${TABLE}\n`);
  world.onClose(pass);
  await nft(netns, `table ${TABLE} {\n${chain('input', dropped.in)}\n${chain('output', dropped.out)}\n}\n`);
  return pass;
}

const chain = (hook: 'input' | 'output', rules: readonly string[]): string =>
  [`chain ${hook} {`, `type filter hook ${hook} priority 0;`, ...rules.map((rule) => `${rule} drop`), '}'].join('\n');

async function nft(netns: string, input: string): Promise<void> {
  const ran = await run(['ip', 'netns', 'exec', netns, 'nft', '-f', '-'], { timeoutMs: WITHIN_MS, input });
  if (ran.code !== 0) throw new Error(evidenceOf(ran).join('\n'));
}

/** The other ends' ports of the connections that sshd has now. */
export async function clientPorts(world: RolloutWorld): Promise<string[]> {
  const { netns } = await world.box();
  const ran = await run(['ip', 'netns', 'exec', netns, 'ss', '-Htn', 'state', 'established', 'sport', '=', ':22'], {
    timeoutMs: WITHIN_MS,
  });
  if (ran.code !== 0) throw new Error(evidenceOf(ran).join('\n'));
  return [...ran.stdout.matchAll(/:(\d+)\s*$/gm)].map(([, port]) => port ?? '');
}
