/**
 * Where a locker is asked over HTTP: an address of its network and its port, or a unix socket of its file system.
 * Looked up each time: an address comes after the start where DHCP gives it, and may be another one after the next.
 */
import { isIPv6 } from 'node:net';
import type { LockerName } from '../../domain/model/ids';
import type { Https, ServiceConfig } from '../../domain/model/service';
import type { BoxContext } from '../context';
import { listens } from './listens';
import type { Tcp } from './listens';
import { pathInLocker } from './path-in-locker';

export interface Door {
  readonly at: Tcp | { readonly socket: string };
  readonly host?: string | undefined;
  readonly https?: Https | undefined;
}

type Asked = Pick<ServiceConfig, 'port' | 'probe'>;

/** The locker is on this very box: its kernel answers at once, or that address is not one that the box can reach. */
const CONNECT_WITHIN_MS = 200;
/** One with more has a network of its own inside; the first ones are those of its interfaces. */
const MAX_TRIED = 16;

/** As words: why there is none yet. */
export async function findDoor(box: BoxContext, locker: LockerName, service: Asked): Promise<Door | string> {
  const { host, socket, https } = service.probe;
  const speech = { host, https };
  if (socket !== undefined) {
    const { init } = await box.lxc.see(locker);
    const path = init && (await pathInLocker(box.config.kind, init.pid, socket));
    return path === null ? `${socket} can not be reached: the locker does not run` : { at: { socket: path }, ...speech };
  }
  const [first, ...more] = (await box.lxc.addresses(locker)).slice(0, MAX_TRIED);
  if (first === undefined) return 'the locker has no address';
  const { port } = service;
  const address = more.length === 0 ? first : await answering([first, ...more], port);
  return { at: { address, port }, ...speech };
}

/** The first that somebody listens at, in their order; else the first of all. */
async function answering(addresses: readonly [string, ...string[]], port: number): Promise<string> {
  const asked = addresses.map(async (address) => ({
    address,
    refused: await listens({ address, port, withinMs: CONNECT_WITHIN_MS }),
  }));
  const silent: string[] = [];
  for (const one of asked) {
    const { address, refused } = await one;
    if (refused === null) return address;
    // What the box has no way to is not where the locker would answer.
    if (!refused.local) silent.push(address);
  }
  return silent[0] ?? addresses[0];
}

/** For people: the beginning of a URL. */
export function doorText({ at, https }: Door): string {
  const scheme = https === undefined ? 'http' : 'https';
  if ('socket' in at) return `${scheme}+unix:${at.socket}:`;
  return `${scheme}://${isIPv6(at.address) ? `[${at.address}]` : at.address}:${at.port}`;
}
