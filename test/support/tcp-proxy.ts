/** A TCP proxy on loopback whose connections can be cut, frozen or refused: the network between us and a box. */
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

export interface TcpProxy {
  readonly port: number;
  /** How many connections were taken so far. */
  taken(): number;
  /** Resets every connection that is open. */
  cut(): void;
  /** Bytes stop both ways, connections stay: a dead network. */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

export async function startTcpProxy(to: number | null): Promise<TcpProxy> {
  const open = new Set<Socket>();
  let frozen = false;
  let taken = 0;
  const track = (socket: Socket) => {
    open.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => open.delete(socket));
  };
  const server = createServer((near) => {
    taken++;
    track(near);
    // Nowhere to go: accepts and says nothing.
    if (to === null) {
      near.resume();
      return;
    }
    const far = connect(to, '127.0.0.1');
    track(far);
    near.on('data', (chunk) => void (frozen || far.write(chunk)));
    far.on('data', (chunk) => void (frozen || near.write(chunk)));
    near.once('close', () => far.destroy());
    far.once('close', () => near.destroy());
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    taken: () => taken,
    cut: () => open.forEach((socket) => socket.resetAndDestroy()),
    freeze: () => void (frozen = true),
    thaw: () => void (frozen = false),
    stop: () => {
      open.forEach((socket) => socket.destroy());
      return new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
}
