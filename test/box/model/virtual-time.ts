/**
 * Time that stands still until somebody lets it go on: waits of minutes cost nothing, and a walk
 * goes the same way each time. lockerd's timers die with it; those of the lockers don't.
 */
export type Owner = 'lockerd' | 'world' | 'walk';

interface Timer {
  readonly at: number;
  readonly number: number;
  readonly owner: Owner;
  readonly run: () => void;
}

export interface VirtualTime {
  /** Epoch milliseconds of the box's clock. */
  readonly now: () => number;
  later(ms: number, run: () => void, owner: Owner): () => void;
  /** Everything that is not a timer has come to rest. */
  rest(): Promise<void>;
  /** Lets the next timer ring; false: there is none. */
  ring(): boolean;
  /** The clock jumps, and nothing rings meanwhile: a machine that was suspended. */
  jump(ms: number): void;
  forget(owner: Owner): void;
  /** Something goes on: whoever waits for rest waits longer. */
  stir(): void;
}

/** Turns of the event loop in which nothing stirs; a line on a socket takes one or two. */
const QUIET_TURNS = 3;
const turn = () => new Promise<void>((resolve) => void setImmediate(resolve));

export function virtualTime(from: number): VirtualTime {
  /** Of the timers; the clock may be set beside it. */
  let passed = 0;
  let set = from;
  let count = 0;
  let stirred = 0;
  const timers = new Set<Timer>();
  const next = () => [...timers].toSorted((a, b) => a.at - b.at || a.number - b.number)[0];
  return {
    now: () => set + passed,
    later: (ms, run, owner) => {
      count += 1;
      // As Node does: nothing rings in the same moment.
      const timer = { at: passed + Math.max(1, ms), number: count, owner, run };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    rest: async () => {
      for (let quiet = 0, seen = stirred; quiet < QUIET_TURNS; quiet++) {
        await turn();
        if (seen === stirred) continue;
        seen = stirred;
        quiet = -1;
      }
    },
    ring: () => {
      const timer = next();
      if (!timer) return false;
      timers.delete(timer);
      passed = Math.max(passed, timer.at);
      stirred += 1;
      timer.run();
      return true;
    },
    jump: (ms) => {
      set += ms;
    },
    forget: (owner) => {
      for (const timer of timers) if (timer.owner === owner) timers.delete(timer);
    },
    stir: () => {
      stirred += 1;
    },
  };
}
