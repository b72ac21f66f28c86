/**
 * The addresses of a box of processes: the numbers that a box of containers has, in 127.0.0.0/8
 * instead of 10.0.0.0/8. Linux takes every one of them for its own, without any rights, so each
 * locker has its usual port on an address of its own.
 */
import { createServer } from 'node:net';
import { Fault } from '../../domain/faults';
import { boxAddress, lockerAddress, lockerNumber, SUBNETS } from '../box-network';

/** Below 1024 only root may listen. */
export const SSH_PORT = 2222;

export const onLoopback = (address: string): string => address.replace(/^10\./, '127.');

/** A subnet of which no address that this box needs is in use, the one it had before if it may. Call it alone (make-network.ts). */
export async function freeLoopback(lockers: readonly string[], port: number, before: number | null): Promise<number> {
  const others = Array.from({ length: SUBNETS }, (_, subnet) => subnet);
  for (const subnet of [...(before === null ? [] : [before]), ...others]) {
    const doors = [
      { host: onLoopback(boxAddress({ subnet })), port: SSH_PORT },
      ...lockers.map((locker) => ({ host: onLoopback(lockerAddress({ subnet }, lockerNumber(locker))), port })),
    ];
    if ((await Promise.all(doors.map(isFree))).every(Boolean)) return subnet;
  }
  throw new Fault('SandboxUnavailable', 'No 64 addresses of 127.77.0.0/16 are free on this machine.', {
    cure: 'Take other sandboxes down with `npm run sandbox -- down --dir DIR`.',
  });
}

function isFree({ host, port }: { host: string; port: number }): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
