/** `node:net` and `node:os` of a machine that has the walk's lockers on it, two cores, and nothing else to do. */
import { EventEmitter } from 'node:events';
import { existsSync } from 'node:fs';
import type * as RealNet from 'node:net';
import type * as RealOs from 'node:os';
import { ambient } from './ambient';

const realNet = jest.requireActual<typeof RealNet>('node:net');
const realOs = jest.requireActual<typeof RealOs>('node:os');
const CORES = 2;
const MEMORY = '/dev/shm';

class FakeSocket extends EventEmitter {
  destroyed = false;
  destroy(): this {
    this.destroyed = true;
    return this;
  }
}

/** A locker's port; the socket of lockerd itself is a real one. */
function connect(to: string | { readonly host: string; readonly port: number }): unknown {
  const world = ambient();
  if (typeof to === 'string' || !world) return realNet.connect(to as string);
  const socket = new FakeSocket();
  setImmediate(() => {
    world.time.stir();
    const it = world.lockers.at(to.host);
    const listens = it?.init && world.time.now() >= it.answersFrom;
    if (socket.destroyed) return;
    if (listens) socket.emit('connect');
    else socket.emit('error', new Error('ECONNREFUSED'));
  });
  return socket;
}

export const fakeNet = () => ({ ...realNet, connect });

export const fakeOs = () => ({
  ...realOs,
  // Thousands of small files that nobody keeps.
  tmpdir: () => (existsSync(MEMORY) ? MEMORY : realOs.tmpdir()),
  availableParallelism: () => CORES,
  cpus: () => Array.from({ length: CORES }, () => ({ times: { idle: ambient()?.time.now() ?? 0 } })),
});
