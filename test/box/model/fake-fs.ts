/** `node:fs` with the walk's disk below it. Only what the journal uses is another; the rest is Node's own. */
import { ambient } from './ambient';
import type { Ambient } from './ambient';
import { noSpace, realFs } from './disk';

type Done = (error: Error | null, written: number) => void;

/** In the next turn, as the real ones. */
function later(world: Ambient, run: () => void): void {
  setImmediate(() => {
    world.time.stir();
    if (world.gate.state() !== 'dead') run();
  });
}

function write(...[handle, bytes, from, length, at, done]: [number, Buffer, number, number, number, Done]): void {
  const world = ambient();
  if (world?.disk.pathOf(handle) === undefined) return realFs.write(handle, bytes, from, length, at, done);
  const { disk, gate } = world;
  const last = gate.strikes();
  if (gate.state() === 'dead') return;
  const room = disk.take(length);
  const put = last?.edge === 'before' ? Math.floor(last.part * room) : room;
  if (put > 0) realFs.writeSync(handle, bytes, from, put, at);
  if (last) return gate.die(last.power);
  later(world, () => (room === 0 && length > 0 ? done(noSpace(), 0) : done(null, room)));
}

function fdatasync(handle: number, done: (error: Error | null) => void): void {
  const world = ambient();
  if (world?.disk.pathOf(handle) === undefined) return realFs.fdatasync(handle, done);
  const { disk, gate } = world;
  void (async () => {
    await gate.pass(async () => disk.synced(handle));
    later(world, () => done(null));
  })();
}

const isWriting = (flags: unknown) => typeof flags === 'string' && /[wa+]/.test(flags);

function openSync(...args: Parameters<typeof realFs.openSync>): number {
  const handle = realFs.openSync(...args);
  const world = ambient();
  if (world?.disk.owns(args[0]) && isWriting(args[1])) world.disk.opened(handle, args[0]);
  return handle;
}

function closeSync(handle: number): void {
  const world = ambient();
  // A dead one's are closed already, and the number may be another's by now.
  if (world?.gate.state() === 'dead') return;
  world?.disk.closed(handle);
  realFs.closeSync(handle);
}

function renameSync(...[from, to]: [string, string]): void {
  const world = ambient();
  if (!world?.disk.owns(to)) return realFs.renameSync(from, to);
  world.gate.passNow(() => {
    realFs.renameSync(from, to);
    world.disk.moved(from, to);
  });
}

function fsyncSync(handle: number): void {
  const world = ambient();
  if (!world) return realFs.fsyncSync(handle);
  world.gate.passNow(() => {});
  world.disk.synced();
}

/** Removing gives room back. */
function rmSync(...[path, options]: Parameters<typeof realFs.rmSync>): void {
  const world = ambient();
  if (!world?.disk.owns(path)) return realFs.rmSync(path, options);
  const size = realFs.statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  world.gate.passNow(() => realFs.rmSync(path, options));
  world.disk.give(size);
}

function writeFileSync(...[path, data, options]: Parameters<typeof realFs.writeFileSync>): void {
  const world = ambient();
  if (!world?.disk.owns(path) || typeof data === 'string' || world.gate.state() === 'none')
    return realFs.writeFileSync(path, data, options);
  world.gate.passNow(() => {
    const room = world.disk.take(data.byteLength);
    realFs.writeFileSync(path, new Uint8Array(data.buffer, data.byteOffset, room), options);
    if (room < data.byteLength) throw noSpace();
  });
}

function linkSync(...[from, to]: [string, string]): void {
  const world = ambient();
  if (!world?.disk.owns(to)) return realFs.linkSync(from, to);
  world.gate.passNow(() => realFs.linkSync(from, to));
}

export const fakeFs = () => ({
  ...realFs,
  write,
  fdatasync,
  openSync,
  closeSync,
  renameSync,
  fsyncSync,
  rmSync,
  writeFileSync,
  linkSync,
});
