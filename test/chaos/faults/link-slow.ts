import { readFile, writeFile } from 'node:fs/promises';
import { boxAddress } from '../../../sandbox/box-network';
import { startTcpProxy } from '../../support/tcp-proxy';
import type { TcpProxy } from '../../support/tcp-proxy';
import type { FaultKind } from '../contract';
import type { RolloutWorld } from '../world';

/** Each way; a handshake has to get through within the deadline of a dial all the same. */
const SLOWEST_MS = 800;
const SLOW_FOR_MS = 30_000;

const proxies = new WeakMap<RolloutWorld, TcpProxy>();

export const linkSlow: FaultKind = {
  name: 'link-slow',
  group: 'link',
  about: 'every byte between worker and sshd takes up to 0.8 s each way, for up to 30 s',
  ends: ['succeeded'],
  prepare: async (world) => {
    const address = boxAddress(await world.box());
    const proxy = await startTcpProxy(22, address);
    world.onClose(() => proxy.stop());
    proxies.set(world, proxy);
    await goThrough(world, { address, port: proxy.port });
  },
  strike: async (world) => {
    const proxy = proxies.get(world);
    const ms = 50 + world.random.number(SLOWEST_MS - 50);
    proxy?.slow(ms);
    const mend = async () => proxy?.slow(0);
    return { what: `link ${ms} ms slow each way`, mend, mendAfterMs: world.random.number(SLOW_FOR_MS) };
  },
};

/** The way to the box leads over the proxy, and its key is the same. */
async function goThrough(world: RolloutWorld, { address, port }: { address: string; port: number }): Promise<void> {
  const { sshConfig, knownHosts } = world.installation.sandbox.layout;
  for (const [file, change] of [
    [sshConfig, (text: string) => text.replace(`HostName ${address}`, 'HostName 127.0.0.1').replace('Port 22', `Port ${port}`)],
    [knownHosts, (text: string) => text.replace(`${address} `, `[127.0.0.1]:${port} `)],
  ] as const) {
    const text = await readFile(file, 'utf8');
    world.onClose(() => writeFile(file, text));
    await writeFile(file, change(text));
  }
}
