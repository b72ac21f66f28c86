/**
 * Which signal stops a locker with its work finished. Its init as process 1 ignores whatever it has no
 * handler for; then every stop would be a kill after its deadline. Pure.
 */
import type { AdoptProblem } from './adoption';

const NUMBERS: Readonly<Record<string, number>> = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  KILL: 9,
  USR1: 10,
  USR2: 12,
  TERM: 15,
  CONT: 18,
  PWR: 30,
};
const KILL = 9;
const POWER = 30;
/** systemd's word for halt. */
const RT_HALT = 37;

/** null: a name that is not known here. */
export function signalNumber(signal: string): number | null {
  if (/^\d+$/.test(signal)) return Number(signal);
  const [, more] = /^SIGRTMIN(\+\d+)?$/i.exec(signal) ?? [null, null];
  if (more !== null) return 34 + Number(more ?? 0);
  return NUMBERS[signal.toUpperCase().replace(/^SIG/, '')] ?? null;
}

export interface HaltFacts {
  /** Of the config; null: not set, so LXC sends SIGPWR. */
  readonly set: string | null;
  /** Signals that the running init catches or waits for; null: it does not run, so nobody knows. */
  readonly handled: readonly number[] | null;
  /** Signals by which it ends, the best one first; null: an init that is not known, so a handler must do. */
  readonly ends: readonly number[] | null;
}

export type HaltSignal =
  | { readonly kind: 'stays' }
  | { readonly kind: 'set'; readonly signal: string }
  | { readonly kind: 'none'; readonly problem: AdoptProblem };

export function haltSignal({ set, handled, ends }: HaltFacts): HaltSignal {
  return ends === null ? byHandler({ set, handled }) : byInit(set, ends);
}

/** What LXC sends where nothing is set: the halt of systemd to an init that waits for it, else SIGPWR. */
export const sentUnset = (ends: readonly number[] | null): number => (ends?.includes(RT_HALT) ? RT_HALT : POWER);

function byInit(set: string | null, ends: readonly number[]): HaltSignal {
  const number = set === null ? sentUnset(ends) : signalNumber(set);
  if (number !== null && ends.includes(number)) return { kind: 'stays' };
  const [best] = ends;
  return best === undefined ? { kind: 'none', problem: NO_WAY_TO_END } : { kind: 'set', signal: signalName(best) };
}

/** As it is written into a config. */
export const signalName = (number: number): string => WRITTEN[number] ?? String(number);

const WRITTEN: Readonly<Record<number, string>> = {
  2: 'SIGINT',
  10: 'SIGUSR1',
  12: 'SIGUSR2',
  18: 'SIGCONT',
  30: 'SIGPWR',
  37: 'SIGRTMIN+3',
  38: 'SIGRTMIN+4',
};

const NO_WAY_TO_END: AdoptProblem = {
  code: 'no-halt-handler',
  detail:
    'its init is sysvinit, and no line of its /etc/inittab halts it: neither on a power failure (SIGPWR) nor on Ctrl-Alt-Del (SIGINT)',
  cure: 'Write `pf::powerwait:/sbin/init 0` into its /etc/inittab in place of the line `pf`, and have it read: `lxc-attach -n LOCKER -- telinit q`.',
};

function byHandler({ set, handled }: Pick<HaltFacts, 'set' | 'handled'>): HaltSignal {
  const number = set === null ? POWER : signalNumber(set);
  const fit = number !== POWER && number !== KILL;
  if (fit && (handled === null || number === null || handled.includes(number))) return { kind: 'stays' };
  if (handled === null || handled.includes(15)) return { kind: 'set', signal: 'SIGTERM' };
  return { kind: 'none', problem: noHandler(set) };
}

function noHandler(set: string | null): AdoptProblem {
  return {
    code: 'no-halt-handler',
    detail: `lxc.signal.halt is ${set ?? 'not set'}, and its init has no handler for SIGTERM: as process 1 it would ignore it`,
    cure: 'Give the service a handler that finishes its work on SIGTERM, restart this locker once by hand, and adopt it then.',
  };
}
