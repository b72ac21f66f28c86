/** The Lxc port in memory: lockers with lives of their own, which remember every signal they were sent. */
import { mkdtempSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BoxContext } from '../../../box/context';
import type { InitProcess, Lxc, LxcState } from '../../../box/lxc/lxc';
import { boxPaths } from '../../../box/paths';
import type { Ran } from '../../../box/run';
import type { LockerName } from '../../../domain/model/ids';
import { BoxConfig } from '../../../domain/protocol/box-config';

export interface FakeLocker {
  state: LxcState;
  init: InitProcess | null;
  /** How it takes the halt signal: after so long, or never. */
  stopsAfterMs: number;
  /** What becomes of it when it is started. */
  onStart: 'runs' | 'crashes' | 'fails';
  readonly signals: string[];
  starts: number;
}

export interface FakeLxc extends Lxc {
  readonly lockers: Map<string, FakeLocker>;
  locker(name: string): FakeLocker;
}

let lastPid = 4_000_000;
const life = (): InitProcess => ({ pid: ++lastPid, startTime: String(lastPid) });
const ran = (argv: string[], code = 0): Ran => ({
  argv,
  code,
  stdout: '',
  stderr: '',
  timedOut: false,
  tookMs: 0,
  startError: null,
});

export function fakeLxc(names: readonly string[]): FakeLxc {
  const lockers = new Map<string, FakeLocker>(
    names.map((name) => [name, { state: 'running', init: life(), stopsAfterMs: 0, onStart: 'runs', signals: [], starts: 0 }]),
  );
  const locker = (name: string) => lockers.get(name) as FakeLocker;
  const end = (name: string) => Object.assign(locker(name), { state: 'stopped', init: null });
  const until = (name: string, ms: number): Promise<boolean> =>
    new Promise((resolve) => {
      const began = Date.now();
      const look = () => {
        if (locker(name).state === 'stopped') resolve(true);
        else if (Date.now() - began >= ms) resolve(false);
        else setTimeout(look, 5);
      };
      look();
    });
  return {
    lockers,
    locker,
    version: async () => '5.0.2',
    list: async () => [...lockers.keys()] as LockerName[],
    see: async (name) => {
      const { state, init } = lockers.get(name) ?? { state: 'missing' as const, init: null };
      return { state, init };
    },
    isAlive: async ({ pid }) => [...lockers.values()].some(({ init }) => init?.pid === pid),
    addresses: async () => ['127.0.0.1'],
    signalStop: async (name) => {
      locker(name).signals.push('TERM');
      const { stopsAfterMs } = locker(name);
      if (Number.isFinite(stopsAfterMs)) setTimeout(() => end(name), stopsAfterMs).unref();
      return ran(['lxc-stop']);
    },
    waitStopped: until,
    kill: async (name) => {
      locker(name).signals.push('KILL');
      end(name);
    },
    start: async (name) => {
      const it = locker(name);
      it.starts += 1;
      if (it.onStart === 'fails') return { ok: false, evidence: ['no such bridge'] };
      if (it.onStart === 'runs') Object.assign(it, { state: 'running', init: life() });
      return { ok: true };
    },
    attach: async (_name, argv) => ran([...argv]),
    unfreeze: async (name) => {
      Object.assign(locker(name), { state: 'running' });
      return ran(['lxc-unfreeze']);
    },
  };
}

export interface FakeBox extends BoxContext {
  readonly lxc: FakeLxc;
  readonly folder: string;
  readonly lines: string[];
  remove(): void;
}

/** A box in a temporary folder: its lockers have two whole versions and are on the first. */
export function aBox(names: readonly string[] = ['ada']): FakeBox {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-box-'));
  const config = BoxConfig.parse({
    format: 1,
    box: 'lxc12',
    root: join(folder, 'root'),
    data: join(folder, 'me'),
    lxcPath: join(folder, 'lxc'),
    socket: join(folder, 'lockerd.sock'),
    log: join(folder, 'lockerd.log'),
  });
  const paths = boxPaths(config);
  mkdirSync(paths.state, { recursive: true });
  for (const name of names) makeLocker(config, name as LockerName);
  const lines: string[] = [];
  return {
    config,
    paths,
    lxc: fakeLxc(names),
    version: '0.1.0',
    bootId: 'boot-1',
    now: () => Date.now(),
    log: (line) => void lines.push(line),
    folder,
    lines,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export const RELEASES = ['r000000000001', 'r000000000002'] as const;
export const CODES = ['c000000000001', 'c000000000002'] as const;

function makeLocker(config: BoxConfig, name: LockerName): void {
  const paths = boxPaths(config);
  mkdirSync(paths.me(name), { recursive: true });
  mkdirSync(join(config.lxcPath, name), { recursive: true });
  const mounts = [
    `lxc.mount.entry = ${paths.current(name)}/code code none ro,bind,create=dir 0 0`,
    `lxc.mount.entry = ${paths.current(name)}/config Config none ro,bind,create=dir 0 0`,
    `lxc.mount.entry = ${paths.me(name)} Me none rw,bind,create=dir 0 0`,
  ];
  writeFileSync(paths.lxcConfig(name), ['lxc.signal.halt = SIGTERM', ...mounts, ''].join('\n'));
  for (const [index, release] of RELEASES.entries()) {
    const version = paths.version(name, index + 1);
    mkdirSync(join(version, 'config'), { recursive: true });
    const code = CODES[index] as string;
    mkdirSync(join(paths.codeRoot, code), { recursive: true });
    symlinkSync(`../../../../code/${code}`, join(version, 'code'));
    writeFileSync(join(version, 'REVISION'), JSON.stringify(revision(index + 1, release, code)));
  }
  symlinkSync('versions/1', paths.current(name));
}

function revision(version: number, release: string, code: string) {
  return {
    format: 1,
    version,
    release: { id: release, label: `stable-${version}` },
    service: 'locker',
    code: { id: code, revision: String(version).repeat(40), build: `${version}-g${'0'.repeat(12)}` },
    config: { revision: 'a'.repeat(40), digest: 'b'.repeat(64) },
    at: '2026-11-20T00:00:00.000Z',
    by: 'test',
  };
}
