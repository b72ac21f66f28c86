/** Every place on a box, in one table (design: "On a box"). */
import { join } from 'node:path';
import type { CodeId, Digest, LockerName, ServiceName } from '../domain/model/ids';
import type { BoxConfig } from '../domain/protocol/box-config';

export type BoxPaths = ReturnType<typeof boxPaths>;

export function boxPaths(config: BoxConfig) {
  const { root } = config;
  const locker = (name: LockerName) => join(root, 'lockers', name);
  return {
    root,
    codeMirror: (service: ServiceName) => join(root, 'repos', `${service}.git`),
    configMirror: (service: ServiceName) => join(root, 'repos', `${service}-config.git`),
    /** Of a submodule, by the digest of its address: services that share one share its mirror. */
    submoduleMirror: (digest: string) => join(root, 'repos', 'submodules', `${digest}.git`),
    /** One folder for each check-out while it takes (release/scratch.ts). */
    scratchRoot: join(root, 'repos', 'check-outs'),
    /** Files that are pushed to this box, by their digest, until they are used. */
    incomingRoot: join(root, 'incoming'),
    incoming: (digest: Digest) => join(root, 'incoming', digest),
    codeRoot: join(root, 'code'),
    code: (id: CodeId) => join(root, 'code', id),
    /** The git HEAD build number of the newest staged code: one line. */
    build: join(root, 'BUILD'),
    lockersRoot: join(root, 'lockers'),
    locker,
    versions: (name: LockerName) => join(locker(name), 'versions'),
    version: (name: LockerName, version: number) => join(locker(name), 'versions', String(version)),
    current: (name: LockerName) => join(locker(name), 'current'),
    next: (name: LockerName) => join(locker(name), 'next'),
    state: join(root, 'state'),
    journal: join(root, 'state', 'journal'),
    history: join(root, 'state', 'history'),
    /** Held by flock(1) for as long as lockerd lives. */
    lock: join(root, 'state', 'lockerd.lock'),
    /** The running lockerd's own process id. */
    pid: join(root, 'state', 'lockerd.pid'),
    /** Last known service config, target values and release; written by each stage. */
    lastStage: join(root, 'state', 'last-stage.json'),
    /** What ran, and what came of it: migrations/attempt-folder.ts. */
    migrations: join(root, 'state', 'migrations'),
    bootLogs: join(root, 'state', 'logs'),
    bootLog: (name: LockerName) => join(root, 'state', 'logs', `${name}.log`),
    /** Laid there by the admin (release/secrets.ts). */
    secretOf: (name: LockerName, path: string) => join(root, 'secrets', 'lockers', name, path),
    secretOfAll: (path: string) => join(root, 'secrets', 'all', path),
    /** A box within the box, for as long as a rehearsal takes (rehearsal/). */
    rehearsal: join(root, 'rehearsal'),
    me: (name: LockerName) => join(config.data, name),
    /** A folder: what new lockers are made from (new-locker/template.ts). */
    lockerTemplate: config.lockerTemplate ?? join(root, 'locker-template'),
    lxcConfig: (name: LockerName) => join(config.lxcPath, name, 'config'),
  };
}
