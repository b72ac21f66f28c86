/** `node:timers/promises` and the global timers on the walk's time. */
import type * as RealTimers from 'node:timers/promises';
import { ambient } from './ambient';

const real = jest.requireActual<typeof RealTimers>('node:timers/promises');

/** A busy machine: pauses between looks take longer than they were asked for, and a minute of looking has not so many. */
const SHORTEST_MS = 200;

function sleep<T>(ms = 0, value?: T, options: { signal?: AbortSignal } = {}): Promise<T> {
  const world = ambient();
  if (!world) return real.setTimeout<T>(ms, value, options);
  return new Promise((resolve, reject) => {
    const { signal } = options;
    if (signal?.aborted) return reject(new Error('aborted'));
    const cancel = world.time.later(Math.max(SHORTEST_MS, ms), () => resolve(value as T), 'lockerd');
    const abort = () => {
      cancel();
      world.time.stir();
      reject(new Error('aborted'));
    };
    signal?.addEventListener('abort', abort, { once: true });
  });
}

export const fakeTimersPromises = () => ({ ...real, setTimeout: sleep });

const fake = (run: () => void, ms = 0): (() => void) => ambient()?.time.later(ms, run, 'lockerd') ?? (() => {});

/** Of lockerd: the lane and the upkeep use them. Put back by what it returns. */
export function fakeGlobalTimers(): () => void {
  const { setTimeout: set, clearTimeout: clear } = globalThis;
  // Nothing of the walk waits for a network; a real one would ring in the middle of another walk.
  const patience = jest.spyOn(AbortSignal, 'timeout').mockImplementation(() => new AbortController().signal);
  Object.assign(globalThis, {
    setTimeout: fake,
    clearTimeout: (cancel: unknown) => (typeof cancel === 'function' ? cancel() : null),
  });
  return () => {
    patience.mockRestore();
    Object.assign(globalThis, { setTimeout: set, clearTimeout: clear });
  };
}
