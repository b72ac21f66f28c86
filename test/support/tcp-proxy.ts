/** A TCP proxy on loopback whose connections can be cut, frozen, slowed or refused: the network between us and a box. */
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface TcpProxy {
  readonly port: number;
  /** How many connections were taken so far. */
  taken(): number;
  /** Resets every connection that is open. */
  cut(): void;
  /** Bytes stop both ways, connections stay: a dead network. */
  freeze(): void;
  thaw(): void;
  /** From now on every byte takes so long each way. */
  slow(ms: number): void;
  stop(): Promise<void>;
}

export async function startTcpProxy(to: number | null, host = '127.0.0.1'): Promise<TcpProxy> {
  const open = new Set<Socket>();
  let frozen = false;
  let delayMs = 0;
  let taken = 0;
  const track = (socket: Socket) => {
    open.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => open.delete(socket));
  };
  const carry = (from: Socket, onto: Socket) => {
    let before = Promise.resolve();
    const late = async (chunk: Buffer, at: number, after: Promise<void>) => {
      await after;
      await sleep(Math.max(0, at - performance.now()));
      if (!frozen && !onto.destroyed) onto.write(chunk);
    };
    from.on('data', (chunk: Buffer) => {
      before = late(chunk, performance.now() + delayMs, before);
    });
  };
  const server = createServer((near) => {
    taken++;
    track(near);
    // Nowhere to go: accepts and says nothing.
    if (to === null) {
      near.resume();
      return;
    }
    const far = connect(to, host);
    track(far);
    carry(near, far);
    carry(far, near);
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
    slow: (ms) => void (delayMs = ms),
    stop: () => {
      open.forEach((socket) => socket.destroy());
      return new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
}
