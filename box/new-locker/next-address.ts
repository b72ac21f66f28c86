/**
 * Addresses for a new locker where the others have fixed ones: one above the highest, else the lowest
 * free one between them, and a hardware address that lasts: LXC would draw another at each start, and
 * whoever knew the last one would not find the locker. Pure. Below the lowest are bridge and gateway.
 */
export interface Addresses {
  readonly nextAddress: string;
  readonly nextMac: string;
}

interface Placed {
  readonly ip: number;
  readonly prefix: number;
  readonly mac: number | null;
}

/** LXC configs of all lockers; null: none has an address to count from, or all are taken. */
export function nextAddresses(configs: readonly string[]): Addresses | null {
  const placed = configs.flatMap((config) => placeIn(config) ?? []).toSorted((a, b) => a.ip - b.ip);
  const [lowest, highest] = [placed[0], placed.at(-1)];
  if (lowest === undefined || highest === undefined) return null;
  const used = new Set(placed.map(({ ip }) => ip));
  const between = Array.from({ length: highest.ip - lowest.ip }, (_, index) => lowest.ip + index);
  const last = lastOf(highest);
  const next = [highest.ip + 1, ...between].find((ip) => !used.has(ip) && ip <= last);
  return next === undefined ? null : { nextAddress: ipText(next), nextMac: macText(nextMac(next, highest, placed)) };
}

/** Counted on with the address, as the others may be; where that is somebody's, or nothing to count from, of the address itself. */
function nextMac(ip: number, { ip: from, mac }: Placed, placed: readonly Placed[]): number {
  const counted = mac === null ? null : mac + (ip - from);
  const free = counted !== null && !placed.some((other) => other.mac === counted);
  // 02: given by us and not by a maker of cards.
  return free ? counted : 0x02 * 2 ** 40 + ip;
}

function placeIn(config: string): Placed | null {
  const [, text, prefix] = /^\s*lxc\.net\.0\.ipv4\.address\s*=\s*(\d+\.\d+\.\d+\.\d+)(?:\/(\d+))?/m.exec(config) ?? [];
  if (text === undefined) return null;
  const hardware = /^\s*lxc\.net\.0\.hwaddr\s*=\s*((?:[0-9a-f]{2}:){5}[0-9a-f]{2})\s*$/im.exec(config)?.[1];
  const ip = text.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
  const mac = hardware === undefined ? null : Number.parseInt(hardware.replaceAll(':', ''), 16);
  return { ip, mac, prefix: prefix === undefined ? 24 : Number(prefix) };
}

/** The last is for broadcasts. A network of one address says nothing of its neighbours: then the usual 256 are meant. */
function lastOf({ ip, prefix }: Placed): number {
  const size = 2 ** (32 - (prefix > 30 ? 24 : prefix));
  return Math.floor(ip / size) * size + size - 2;
}

const bytesOf = (number: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => Math.floor(number / 2 ** (8 * (count - 1 - index))) % 256);

const ipText = (ip: number): string => bytesOf(ip, 4).join('.');
const macText = (mac: number): string =>
  bytesOf(mac, 6)
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join(':');
