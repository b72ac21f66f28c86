/** Ports on loopback: the preferred one where it is free, else the next that is. */
import { createServer } from 'node:net';
import { Fault } from '../domain/faults';

/** Then any will do. */
const NEXT = 50;

export async function freePort(preferred: number, taken: readonly number[] = []): Promise<number> {
  for (let port = preferred; port < Math.min(preferred + NEXT, 65_536); port += 1) {
    if (!taken.includes(port) && (await tryPort(port)) !== null) return port;
  }
  const port = await tryPort(0);
  if (port !== null) return port;
  throw new Fault('TemporalUnreachable', 'No port on 127.0.0.1 is free for the embedded Temporal server.', {
    cure: 'Look whether the loopback interface is up (`ip link show lo`).',
  });
}

function tryPort(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
      const address = server.address();
      const got = typeof address === 'object' && address !== null ? address.port : null;
      server.close(() => resolve(got));
    });
  });
}
