/**
 * The names and addresses of one box's network. Pure. Each box has a /22 of 10.77.0.0/16: the
 * host's end of a veth pair is .1, the bridge in the box's namespace .2, and locker n is 10 + n,
 * so that a thousand fit. Hardware addresses are fixed: a restarted locker must not wait for
 * somebody's ARP entry of its former life to expire.
 */
export interface BoxNetwork {
  readonly netns: string;
  /** The host's end of the pair; at most 15 characters, as the kernel demands. */
  readonly hostLink: string;
  /** 0–63. */
  readonly subnet: number;
}

export const BRIDGE = 'lockers';
export const BOX_LINK = 'up0';
export const SUBNETS = 64;
export const MAX_LOCKERS = 1_000;
const PREFIX = 22;
const HOST = 1;
const BOX = 2;
const FIRST_LOCKER = 11;
/** 10.77.48.0/22, in the middle: the first ones are the likeliest to be somebody's. */
const FIRST_SUBNET = 12;

export type Subnet = Pick<BoxNetwork, 'subnet'>;

/** `tag` tells the sandboxes of one machine apart. */
export function networkOf(tag: string, index: number, subnet: number): BoxNetwork {
  return { netns: `lockstep-${tag}-${index}`, hostLink: `ls${tag}-${index}`, subnet };
}

export const hostAddress = (network: Subnet): string => address(network, HOST);
export const boxAddress = (network: Subnet): string => address(network, BOX);
/** n counts from 1. */
export const lockerAddress = (network: Subnet, n: number): string => address(network, FIRST_LOCKER - 1 + n);
export const lockerMac = (network: Subnet, n: number): string => mac(network, FIRST_LOCKER - 1 + n);
export const withPrefix = (ip: string): string => `${ip}/${PREFIX}`;

/** `l01` … `l99`, and three digits for all where there are more. */
export function lockerNames(count: number): string[] {
  const digits = Math.max(2, String(count).length);
  return Array.from({ length: count }, (_, index) => `l${String(index + 1).padStart(digits, '0')}`);
}

/** The number in a locker's name. */
export const lockerNumber = (name: string): number => Number(name.slice(1));

/** First subnet that no address of this machine lies in, the one it had before if it may; null: all are taken. */
export function freeSubnet(taken: readonly string[], before: number | null = null): number | null {
  const used = new Set(taken.map(subnetOf));
  const order = Array.from({ length: SUBNETS }, (_, step) => (FIRST_SUBNET + step) % SUBNETS);
  return [...(before === null ? [] : [before]), ...order].find((subnet) => !used.has(subnet)) ?? null;
}

function subnetOf(ip: string): number | null {
  const [a, b, c] = ip.split('.').map(Number);
  return a === 10 && b === 77 && c !== undefined ? Math.floor(c / 4) : null;
}

/** For `ip -batch`: the host's end, and the namespace made beforehand. */
export function hostCommands(network: BoxNetwork): string[] {
  const { hostLink, netns } = network;
  return [
    `link add ${hostLink} address ${mac(network, HOST)} type veth peer name ${BOX_LINK} netns ${netns}`,
    `address add ${withPrefix(hostAddress(network))} dev ${hostLink}`,
    `link set ${hostLink} up`,
  ];
}

/** For `ip -n NETNS -batch`. */
export function boxCommands(network: BoxNetwork): string[] {
  return [
    'link set lo up',
    `link add ${BRIDGE} address ${mac(network, BOX)} type bridge`,
    `link set ${BOX_LINK} master ${BRIDGE}`,
    `link set ${BOX_LINK} up`,
    `address add ${withPrefix(boxAddress(network))} dev ${BRIDGE}`,
    `link set ${BRIDGE} up`,
  ];
}

/**
 * For host and box: who is where, for good. Hundreds of learned entries on both sides would
 * overflow the kernel's one neighbour table (1,024 by default, all namespaces together).
 */
export function neighbourCommands(network: BoxNetwork, device: string, lockers: readonly string[]): string[] {
  return lockers
    .map(lockerNumber)
    .map((n) => `neighbour replace ${lockerAddress(network, n)} lladdr ${lockerMac(network, n)} nud permanent dev ${device}`);
}

function address({ subnet }: Subnet, offset: number): string {
  return `10.77.${subnet * 4 + Math.floor(offset / 256)}.${offset % 256}`;
}

function mac({ subnet }: Subnet, offset: number): string {
  const hex = [subnet, Math.floor(offset / 256), offset % 256].map((byte) => byte.toString(16).padStart(2, '0'));
  return `02:4c:53:${hex.join(':')}`;
}
