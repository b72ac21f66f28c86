/**
 * TCP to a host, with time for each address of its name. Node itself gives every address but the last
 * 250 ms, and says nothing of why; here a later address begins when an earlier one failed or was silent
 * for a while, and the earlier one may still win.
 */
import { lookup } from 'node:dns/promises';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { Fault } from '../../../domain/faults';
import { unreachable, wordsOf } from './dial-faults';
import type { Hop } from './route';

const SILENT_MS = 2_000;
const FAMILY = { any: 0, inet: 4, inet6: 6 } as const;

export async function socketTo(hop: Hop, timeoutMs: number): Promise<Socket> {
  if (!(hop.port >= 1 && hop.port <= 65_535)) {
    throw new Fault('FleetFileInvalid', `${hop.name} has port ${hop.port}; a port is a number from 1 to 65535.`);
  }
  const ms = hop.connectTimeout === null ? timeoutMs : Math.min(timeoutMs, hop.connectTimeout * 1000);
  const addresses = await lookup(hop.host, { all: true, family: FAMILY[hop.addressFamily], verbatim: true }).catch(
    (error: Error) => {
      throw unreachable(hop, wordsOf(error));
    },
  );
  return firstOf(
    hop,
    addresses.map(({ address }) => address),
    ms,
  );
}

const toldOf = (addresses: readonly string[], address: string, what: string): string =>
  addresses.length > 1 ? `${address}: ${what}` : what;

function firstOf(hop: Hop, addresses: readonly string[], timeoutMs: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const open = new Map<Socket, string>();
    const failed: string[] = [];
    let begun = 0;
    const settle = (done: () => void) => {
      clearTimeout(timer);
      begun = addresses.length;
      for (const socket of open.keys()) socket.destroy();
      done();
    };
    const giveUp = (last: readonly string[]) => settle(() => reject(unreachable(hop, [...failed, ...last].join('; '))));
    const begin = (index: number) => {
      const address = addresses[index];
      if (address === undefined || index !== begun) return;
      begun++;
      const socket = connect({
        host: address,
        port: hop.port,
        // 230 ms become 70.
        noDelay: true,
        ...(hop.bindAddress === null ? {} : { localAddress: hop.bindAddress }),
      });
      open.set(socket, address);
      setTimeout(() => begin(index + 1), SILENT_MS).unref();
      socket.once('connect', () => {
        open.delete(socket);
        settle(() => resolve(socket));
      });
      socket.on('error', (error) => {
        if (!open.delete(socket)) return;
        failed.push(toldOf(addresses, address, wordsOf(error)));
        begin(index + 1);
        if (open.size === 0 && begun === addresses.length) giveUp([]);
      });
    };
    const timer = setTimeout(
      () =>
        giveUp(
          [...open.values()].map((address) => toldOf(addresses, address, `no TCP connection after ${Math.round(timeoutMs)} ms`)),
        ),
      timeoutMs,
    );
    begin(0);
  });
}
