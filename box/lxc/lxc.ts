/**
 * The port to LXC. Each method is one look or one effect; none decides. What a code of `lxc-stop`
 * does not say (facts: rc 0 for a kill too) is asked of the processes instead.
 */
import type { LockerName } from '../../domain/model/ids';
import type { Ran } from '../run';

export type LxcState = 'running' | 'stopped' | 'frozen' | 'missing' | 'other';

/** One life of a locker's init. Pids come round again; with the start time they don't. */
export interface InitProcess {
  readonly pid: number;
  /** Field 22 of /proc/<pid>/stat, clock ticks since boot. */
  readonly startTime: string;
}

export interface Seen {
  /** `other`: between two states, such as while its hooks run; it is neither up nor down, and settles by itself. */
  readonly state: LxcState;
  /** null unless running or frozen. */
  readonly init: InitProcess | null;
  /** Of `other`: what LXC says and what its monitor is at. */
  readonly evidence?: readonly string[];
}

/** Certainly: nothing of it runs, and nothing is about to. */
export const isDown = ({ state }: Pick<Seen, 'state'>): boolean => state === 'stopped' || state === 'missing';

export type StartResult = { readonly ok: true } | { readonly ok: false; readonly evidence: readonly string[] };

export interface Lxc {
  /** `5.0.2`; throws LxcMissing. */
  version(): Promise<string>;
  /** Containers that have a config and match the box's pattern, sorted. */
  list(): Promise<LockerName[]>;
  see(locker: LockerName): Promise<Seen>;
  /** True while this very init lives. */
  isAlive(init: InitProcess): Promise<boolean>;
  /** Those it has now, IPv4 first, and first of all the one of its config; of one that does not run, what its config says. */
  addresses(locker: LockerName): Promise<readonly string[]>;
  /** Sends the halt signal once and returns (`lxc-stop -W`; where LXC refuses, the signal of its config). */
  signalStop(locker: LockerName, init: InitProcess): Promise<Ran>;
  /** False when after the time it still runs, or its monitor still does: that is at the stop hooks then. */
  waitStopped(locker: LockerName, timeoutMs: number): Promise<boolean>;
  /** SIGKILL to this very init, without LXC: `lxc-stop -k` hangs on a held lock, `--nolock` or not. Its monitor sees to the rest. */
  kill(locker: LockerName, init: InitProcess): Promise<void>;
  /**
   * ok means exec'd, not alive. The evidence is the tail of LXC's own log. What is not through with its
   * hooks after the time goes on: it is `other` until it runs or has come to nothing.
   */
  start(locker: LockerName, timeoutMs: number): Promise<StartResult>;
  /** A command inside the locker, unless that does not run: then the code is null, as where there is no answer in time. */
  attach(locker: LockerName, argv: readonly string[], timeoutMs: number): Promise<Ran>;
  unfreeze(locker: LockerName): Promise<Ran>;
}
