/**
 * Is it the box that could not ask, and not the locker that did not answer? By the error of the connection, and by
 * the kernel's count of times that its table of neighbours was full: those connections just get no answer.
 */
import { textOf } from '../lxc/text-of';

/** None of these says anything of whom was asked. EHOSTUNREACH does: nobody has that address on the locker's network. */
const LOCAL: ReadonlySet<string | undefined> = new Set([
  'EADDRNOTAVAIL',
  'EAGAIN',
  'EMFILE',
  'ENETDOWN',
  'ENETUNREACH',
  'ENFILE',
  'ENOBUFS',
  'ENOMEM',
  'EPERM',
]);

export const isLocal = (code: string | undefined): boolean => LOCAL.has(code);

const TABLES = ['/proc/net/stat/arp_cache', '/proc/net/stat/ndisc_cache'];

/** How often since the boot; 0 where the kernel does not tell, as inside of a network namespace. */
export function neighbourOverflows(read: (file: string) => string = textOf): number {
  return TABLES.map((file) => columnOf(read(file), 'table_fulls')).reduce((sum, count) => sum + count, 0);
}

export interface Clock {
  readonly now: () => number;
  readonly count: () => number;
}

/** Of another locker's probe, or of one a moment ago: they all share that table. */
const LATELY_MS = 5_000;

/** Did it rise lately? Asked where a probe got no answer: the first one only begins the count. */
export function watchOverflows({ now, count }: Clock): () => boolean {
  let seen: number | null = null;
  let rose: number | null = null;
  return () => {
    const counted = count();
    if (seen !== null && counted > seen) rose = now();
    seen = counted;
    return rose !== null && now() - rose < LATELY_MS;
  };
}

export const hasOverflowed = watchOverflows({ now: () => performance.now(), count: () => neighbourOverflows() });

/** A line for each processor, in hexadecimal digits under the names of the first line. */
function columnOf(text: string, name: string): number {
  const [head = '', ...lines] = text.trim().split('\n');
  const at = head.trim().split(/\s+/).indexOf(name);
  return at === -1 ? 0 : lines.reduce((sum, line) => sum + Number.parseInt(line.trim().split(/\s+/)[at] ?? '0', 16), 0);
}
