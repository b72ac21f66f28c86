import { choosePort, listenersIn } from '../../../domain/adopt/listeners';
import type { Listener } from '../../../domain/adopt/listeners';

/** As Linux 6.1 wrote it of a container. */
const TCP = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                                                     
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000   997        0 4819001 1 00000000ae66c6fb 100 0 0 10 0                   
   1: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4819002 1 00000000ae66c6fc 100 0 0 10 0                   
   2: 0E014D0A:1309 0B014D0A:C350 01 00000000:00000000 00:00000000 00000000   997        0 4819003 1 00000000ae66c6fd 20 4 30 10 -1                  
`;
const TCP6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000000000000:1309 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000   997        0 4821051 1 00000000ae66c6fb 100 0 0 10 0
   1: 00000000000000000000000001000000:2328 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000   997        0 4821052 1 00000000ae66c6fb 100 0 0 10 0
`;

test('who listens, and not who is connected', () => {
  expect([TCP, TCP6].flatMap(listenersIn)).toEqual([
    { port: 8080, inode: '4819001', loopback: true },
    { port: 22, inode: '4819002', loopback: false },
    { port: 4873, inode: '4821051', loopback: false },
    { port: 9000, inode: '4821052', loopback: true },
  ]);
});

test('of what is no table nothing is taken', () => {
  expect(listenersIn('')).toEqual([]);
  expect(listenersIn('   0: zz:1F90 00000000:0000 0A')).toEqual([]);
});

const on = (...ports: readonly number[]): Listener[] => ports.map((port) => ({ port, inode: String(port), loopback: false }));
const inner = (port: number): Listener => ({ port, inode: String(port), loopback: true });

test.each<[string, readonly Listener[], number | null]>([
  ['the one that is expected, whatever else there is', on(22, 8042, 9999), 8042],
  ['the expected one within the container alone', [...on(9999), inner(8042)], 8042],
  ['the only one beside what an init brings along', on(22, 53, 4873), 4873],
  ['the same one of IPv4 and IPv6', on(4873, 4873), 4873],
  ['what can be asked from outside before what can not', [...on(4873), inner(6379)], 4873],
  ['one that can be asked within alone, where there is no other', [inner(4873)], 4873],
  ['of two nobody knows which', on(4873, 8080), null],
  ['nobody', on(22), null],
])('%s', (_, listeners, port) => {
  expect(choosePort(listeners, 8042)).toBe(port);
});
