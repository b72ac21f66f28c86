/**
 * The addresses of a running container, as the kernel has them in its network. The network of its init is there to be
 * read without starting a process (`lxc-info -i` starts two), and it is right where the config is not: DHCP, IPv6,
 * several interfaces, an address that is another one since the restart.
 */
import { readFile } from 'node:fs/promises';
import { SocketAddress } from 'node:net';

/** null: its network can not be read, or it has just ended. */
export async function addressesIn(initPid: number): Promise<readonly string[] | null> {
  try {
    const [four, six] = await Promise.all([
      readFile(`/proc/${initPid}/net/fib_trie`, 'utf8'),
      // Absent where the kernel has no IPv6.
      readFile(`/proc/${initPid}/net/if_inet6`, 'utf8').catch(() => ''),
    ]);
    return [...parseFour(four), ...parseSix(six)];
  } catch {
    return null;
  }
}

/** The one of its config first, where it has it: it is meant to be asked there. */
export function addressesOf(inConfig: string | null, seen: readonly string[] | null): readonly string[] {
  if (inConfig === null) return seen ?? [];
  if (seen === null) return [inConfig];
  return seen.includes(inConfig) ? [inConfig, ...seen.filter((address) => address !== inConfig)] : seen;
}

/** `/proc/net/fib_trie`: an address that the network itself has is a leaf of its own, `/32 host LOCAL`. Loopback is left out. */
export function parseFour(text: string): string[] {
  const found = [...text.matchAll(/\|-- (\d+\.\d+\.\d+\.\d+)\n(?:\s+\/\d+ .*\n)*?\s+\/32 host LOCAL/g)].map(
    ([, address]) => address ?? '',
  );
  return [...new Set(found)].filter((address) => !address.startsWith('127.'));
}

/** Tentative, or refused since somebody else has it. */
const NOT_USABLE = 0x40 | 0x08;

/** `/proc/net/if_inet6`: address, interface, prefix, scope, flags, name, all in hex. Only scope 0 leads anywhere by itself. */
export function parseSix(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const [, address, scope, flags] = /^([0-9a-f]{32}) +[0-9a-f]+ +[0-9a-f]+ +([0-9a-f]{2}) +([0-9a-f]+) /.exec(line) ?? [];
    if (address === undefined || scope !== '00' || (Number.parseInt(flags ?? '0', 16) & NOT_USABLE) !== 0) return [];
    const full = address.match(/.{4}/g)?.join(':') ?? '';
    return [new SocketAddress({ address: full, family: 'ipv6' }).address];
  });
}
