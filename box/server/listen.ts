/** The unix socket. One that is left over from a dead lockerd is removed; one that answers means that there is a lockerd already. */
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { dirname } from 'node:path';
import { Fault } from '../../domain/faults';

export interface Listening {
  close(): Promise<void>;
}

/** Throws HeldBy. Before the journal is opened too: opening it cuts off what the other one may just be writing. */
export async function refuseSecond(path: string): Promise<void> {
  if (await answers(path))
    throw new Fault('HeldBy', `Another lockerd answers on ${path}.`, { cure: 'Leave it running, or stop that one first.' });
}

export async function listen(path: string, onConnection: (socket: Socket) => void): Promise<Listening> {
  await refuseSecond(path);
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { force: true });
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    onConnection(socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(path, resolve);
  });
  // Whoever may write here changes lockers.
  chmodSync(path, 0o600);
  return {
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const say = (yes: boolean) => {
      socket.destroy();
      resolve(yes);
    };
    socket.once('connect', () => say(true)).once('error', () => say(false));
  });
}
