/** The lockers of the walk: lives of their own, which go on whatever becomes of lockerd, and what was ever done to them. */
import { join } from 'node:path';
import type { InitProcess, LxcState } from '../../../box/lxc/lxc';
import type { BoxPaths } from '../../../box/paths';
import type { LockerName } from '../../../domain/model/ids';
import { realFs } from './disk';
import type { VirtualTime } from './virtual-time';

export interface ModelLocker {
  readonly name: LockerName;
  readonly address: string;
  state: Extract<LxcState, 'running' | 'stopped' | 'frozen'>;
  init: InitProcess | null;
  /** Version that its init has mounted. */
  runs: number;
  /** It was told to take nothing new. */
  closed: boolean;
  /** Ends so long after the halt signal; Infinity: never. */
  endsAfterMs: number;
  onStart: 'runs' | 'crashes' | 'fails';
  /** From its start until it answers. */
  bootMs: number;
  answersFrom: number;
  healthy: boolean;
  idle: boolean;
  /** Takes no word about a quiesce. */
  deaf: boolean;
  /** Told to end, while it was frozen too. */
  ending: boolean;
  /** It was up when somebody may have looked last. */
  justEnded: boolean;
  /** A probe of its present life was good since it began, or since it is owed. */
  answered: boolean;
  /** Its next LXC commands that fail. */
  lxcFails: number;
  /** How long its next LXC command takes. */
  lxcSlowMs: number;
}

interface OnInit<K> {
  readonly kind: K;
  readonly locker: LockerName;
  readonly init: InitProcess;
}
export type Effect =
  | OnInit<'signal'>
  | OnInit<'kill'>
  | OnInit<'quiesce'>
  | OnInit<'unquiesce'>
  | { readonly kind: 'start' | 'thaw'; readonly locker: LockerName }
  | { readonly kind: 'switch'; readonly locker: LockerName; readonly to: number };

export interface Lockers {
  readonly all: readonly ModelLocker[];
  readonly named: (name: string) => ModelLocker;
  at(address: string): ModelLocker | undefined;
  /** Tells the referee, before it is done. */
  readonly done: (effect: Effect) => void;
  begin(name: LockerName): void;
  end(name: LockerName): void;
  endLater(name: LockerName): void;
  whenEnded(name: LockerName, then: () => void): () => void;
  /** Whoever waited is dead. */
  forgetWaiting(): void;
  /** The box goes down. */
  endAll(): void;
  switched(name: string, to: number): void;
  /** The version directory that the locker of this init has mounted. */
  folderOf(pid: number): string | null;
}

export interface LockersParts {
  readonly names: readonly string[];
  readonly paths: BoxPaths;
  readonly time: VirtualTime;
  readonly done: (effect: Effect) => void;
}

export function makeLockers({ names, paths, time, done }: LockersParts): Lockers {
  let lastPid = 4_000_000;
  const waiting = new Map<string, Set<() => void>>();
  const all = names.map((name, index) => aLocker(name as LockerName, `10.0.3.${index + 1}`));
  const named = (name: string) => all.find((one) => one.name === name) as ModelLocker;
  const current = (name: LockerName) => Number(/(\d+)$/.exec(realFs.readlinkSync(paths.current(name)))?.[1]);
  const begin = (name: LockerName) => {
    lastPid += 1;
    const it = named(name);
    const init = { pid: lastPid, startTime: String(Math.floor(time.now() / 10)) };
    Object.assign(it, { state: 'running', init, runs: current(name), closed: false, ending: false, answered: false });
    it.answersFrom = time.now() + it.bootMs;
  };
  const end = (name: LockerName) => {
    Object.assign(named(name), { state: 'stopped', init: null, ending: false, justEnded: true });
    time.stir();
    for (const then of waiting.get(name) ?? []) then();
    waiting.delete(name);
  };
  for (const { name } of all) begin(name);
  return {
    all,
    named,
    at: (address) => all.find((one) => one.address === address),
    done,
    begin,
    end,
    endLater: (name) => {
      const it = named(name);
      const { init } = it;
      it.ending = true;
      if (!Number.isFinite(it.endsAfterMs)) return;
      const look = () => {
        if (it.init !== init) return;
        if (it.state === 'frozen') time.later(50, look, 'world');
        else end(name);
      };
      time.later(it.endsAfterMs, look, 'world');
    },
    whenEnded: (name, then) => {
      const those = waiting.get(name) ?? new Set();
      waiting.set(name, those.add(then));
      return () => void those.delete(then);
    },
    forgetWaiting: () => waiting.clear(),
    endAll: () => all.forEach(({ name }) => end(name)),
    switched: (name, to) => done({ kind: 'switch', locker: name as LockerName, to }),
    folderOf: (pid) => {
      const it = all.find(({ init }) => init?.pid === pid);
      return it ? join(paths.version(it.name, it.runs)) : null;
    },
  };
}

const aLocker = (name: LockerName, address: string): ModelLocker => ({
  name,
  address,
  state: 'stopped',
  init: null,
  runs: 1,
  closed: false,
  endsAfterMs: 0,
  onStart: 'runs',
  bootMs: 0,
  answersFrom: 0,
  healthy: true,
  idle: true,
  deaf: false,
  ending: false,
  justEnded: false,
  answered: false,
  lxcFails: 0,
  lxcSlowMs: 0,
});
