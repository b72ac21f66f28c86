/** Draws that a seed determines: a failing seed replays. */
export interface Random {
  /** 0 ≤ result < below, whole. */
  number(below: number): number;
  pick<T>(from: readonly T[]): T;
  /** A generator of its own for one concern, so that a change in one does not shift the others. */
  fork(name: string): Random;
}

/** mulberry32: small, well spread, and the same everywhere. */
export function makeRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const number = (below: number) => Math.floor(next() * below);
  return {
    number,
    pick: <T>(from: readonly T[]): T => {
      const chosen = from[number(from.length)];
      if (chosen === undefined) throw new Error('nothing to pick from');
      return chosen;
    },
    fork: (name) => makeRandom(hashOf(name, seed)),
  };
}

function hashOf(name: string, seed: number): number {
  let hash = seed + 7;
  for (let index = 0; index < name.length; index += 1) hash = (Math.imul(hash, 31) + name.charCodeAt(index)) >>> 0;
  return hash;
}
