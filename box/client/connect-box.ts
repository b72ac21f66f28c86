/** A connection to this box's lockerd, which is started first if it is not up. */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '../../domain/faults';
import type { BoxConfig } from '../../domain/protocol/box-config';
import { lastLines } from '../lxc/parse';
import { ownHome } from '../own-home';
import { boxPaths } from '../paths';

export interface Here {
  readonly configFile: string;
  readonly config: BoxConfig;
}

/** Node's own start and a journal of many megabytes. */
const UP_MS = 20_000;
const LOOK_MS = 25;
const LOOKS_PER_START = 40;

export async function connectBox(here: Here): Promise<Socket> {
  const up = await dial(here.config.socket);
  if (up) return up;
  const until = performance.now() + UP_MS;
  for (let look = 0; performance.now() < until; look++) {
    // Again and again: the first try finds the lock taken where a lockerd is just ending.
    if (look % LOOKS_PER_START === 0) startLockerd(here);
    const socket = await dial(here.config.socket);
    if (socket) return socket;
    await sleep(LOOK_MS);
  }
  const evidence = lastLines(readText(here.config.log), 6);
  const cure = `Read ${here.config.log}; \`lockerctl lockerd\` in the foreground says more.`;
  throw new Fault('LockerdMissing', `lockerd on ${here.config.box} did not come up in ${UP_MS / 1000} s.`, { evidence, cure });
}

function dial(path: string): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const fail = () => resolve(null);
    socket.once('error', fail);
    socket.once('connect', () => {
      socket.off('error', fail);
      resolve(socket);
    });
  });
}

/**
 * In a session of its own, so that it outlives this one; under flock(1), so that of two who start
 * it at once only one does. `-o`: the lockers that it starts must not inherit the lock.
 */
function startLockerd({ configFile, config }: Here): void {
  const { lock, state } = boxPaths(config);
  mkdirSync(state, { recursive: true, mode: 0o700 });
  mkdirSync(dirname(config.log), { recursive: true });
  const log = openSync(config.log, 'a');
  const self = [process.execPath, ...process.execArgv, process.argv[1] ?? ''];
  const env = { PATH: config.path, HOME: ownHome(), LANG: 'C.UTF-8' };
  const [command, ...args] = ['flock', '-n', '-o', lock, ...self, 'lockerd', '--config', configFile] as const;
  spawn(command, args, { detached: true, stdio: ['ignore', log, log], cwd: '/', env })
    .on('error', () => {})
    .unref();
  closeSync(log);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
