/** Who listens in a network namespace, by the kernel's own tables (`/proc/<pid>/net/tcp` and `tcp6`). Pure. */
export interface Listener {
  readonly port: number;
  /** Of its socket, as `/proc/<pid>/fd` names it. */
  readonly inode: string;
  /** Nobody outside can ask it. */
  readonly loopback: boolean;
}

const LISTEN = '0A';
/** 127.0.0.0/8, ::1 and 127.0.0.0/8 in IPv6's words, in the byte order of the table. */
const LOOPBACK = /^(?:[0-9A-F]{6}7F|0{24}01000000|0{16}FFFF0000[0-9A-F]{6}7F)$/;

export function listenersIn(table: string): Listener[] {
  return table.split('\n').flatMap((line) => {
    const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
    const [, address = '', port = ''] = /^([0-9A-F]+):([0-9A-F]{4})$/.exec(local) ?? [];
    if (state !== LISTEN || port === '' || inode === '') return [];
    return [{ port: Number.parseInt(port, 16), inode, loopback: LOOPBACK.test(address) }];
  });
}

/** What an init brings along: not what somebody rolls out. */
const INFRASTRUCTURE: ReadonlySet<number> = new Set([22, 25, 53, 111, 323, 546, 631, 5353, 5355, 9090]);

/** The port that is expected, else the only one that can be meant; null: none, or several. */
export function choosePort(listeners: readonly Listener[], expected: number): number | null {
  if (listeners.some(({ port }) => port === expected)) return expected;
  const own = listeners.filter(({ port }) => !INFRASTRUCTURE.has(port));
  const outside = own.filter(({ loopback }) => !loopback);
  const ports = [...new Set((outside.length > 0 ? outside : own).map(({ port }) => port))];
  return ports.length === 1 ? (ports[0] ?? null) : null;
}
