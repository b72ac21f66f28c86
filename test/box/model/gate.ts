/**
 * Every effect of lockerd passes here, so that it can die before or after each of them. Whatever a
 * dead one still wanted to do never returns: as its process would be gone.
 */
import type { VirtualTime } from './virtual-time';

export interface Doom {
  /** Effects that still pass. */
  left: number;
  readonly edge: 'before' | 'after';
  /** The whole box goes: what is not fsynced may be lost. */
  readonly power: boolean;
  /** How much of a write gets to the disk, 0 … 1. */
  readonly part: number;
}

export class Died extends Error {}

export interface Gate {
  pass<T>(act: () => Promise<T>): Promise<T>;
  /** The same, for what can only throw. */
  passNow<T>(act: () => T): T;
  /** Whether this very effect is the last: then its edge is the caller's. */
  strikes(): Doom | null;
  die(power: boolean): void;
  readonly state: () => 'none' | 'alive' | 'dead';
  /** Of the next life; or of none: then everything passes. */
  open(to: 'none' | 'alive'): void;
  doom(doom: Doom): void;
  /** The death that it died. */
  readonly death: () => { readonly power: boolean; readonly part: number };
}

export const never = <T>(): Promise<T> => new Promise<T>(() => {});

export function makeGate(time: Pick<VirtualTime, 'stir'>): Gate {
  let state: 'none' | 'alive' | 'dead' = 'none';
  let doom: Doom | null = null;
  let death = { power: false, part: 1 };
  const die = (power: boolean, part = 1) => {
    if (state !== 'alive') return;
    state = 'dead';
    doom = null;
    death = { power, part };
  };
  const strikes = (): Doom | null => {
    time.stir();
    if (state !== 'alive' || doom === null) return null;
    doom.left -= 1;
    return doom.left < 0 ? doom : null;
  };
  return {
    state: () => state,
    death: () => death,
    die,
    strikes,
    open: (to) => {
      state = to;
    },
    doom: (next) => {
      if (state !== 'none') doom = next;
    },
    pass: async (act) => {
      if (state === 'none') return act();
      const last = strikes();
      if (last?.edge === 'before') die(last.power, last.part);
      if (state === 'dead') return never();
      const result = await act();
      time.stir();
      if (last) die(last.power, last.part);
      return (state as string) === 'dead' ? never() : result;
    },
    passNow: (act) => {
      if (state === 'none') return act();
      const last = strikes();
      if (last?.edge === 'before') die(last.power, last.part);
      if (state === 'dead') throw new Died('lockerd is dead');
      const result = act();
      if (last) die(last.power, last.part);
      if ((state as string) === 'dead') throw new Died('lockerd died');
      return result;
    },
  };
}
