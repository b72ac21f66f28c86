/**
 * The start lane: everything on the box that starts lockers passes here, first come first served.
 * A place is held from before the stop until the first good probe, so that a locker goes down only
 * where it could come up at once. Lockers that are down already go to the front.
 */
import type { LockerName } from '../../domain/model/ids';
import { admit } from './admission';
import type { Limits, Pressure, Urgency } from './admission';
import type { FreeCores } from './free-cores';

export interface Place {
  readonly waitedMs: number;
  leave(): void;
}
export type Answer =
  | { readonly kind: 'place'; readonly place: Place }
  | { readonly kind: 'held'; readonly waitedMs: number; readonly because: string };

export interface Wish {
  readonly locker: LockerName;
  readonly limits: Limits;
  readonly urgency: Urgency;
  /** Throws when the wish has lost its right (a newer lease): then nobody waits for it any more. */
  readonly stillWanted: () => void;
  /** Is told now and then what it waits for, while it is the next in turn. */
  readonly onWait?: (because: string) => void;
}

export interface Lane {
  enter(wish: Wish): Promise<Answer>;
  readonly starting: () => readonly LockerName[];
  readonly waiting: () => readonly LockerName[];
}

interface Look {
  readonly pressure: Pressure;
  readonly freeCores: number;
}

interface Waiter {
  readonly wish: Wish;
  readonly since: number;
  readonly answer: (answer: Answer) => void;
  readonly refuse: (error: unknown) => void;
  toldAt: number;
}

/** A core that comes free; PSI's own average moves every 2 s, and a place that comes free is seen at once, without this. */
const LOOK_MS = 100;

/** Nobody is taken down while one that is down waits. */
const RANK: Readonly<Record<Urgency, number>> = { 'is-down': 0, 'is-wanted': 1, 'may-wait': 2 };

/** Where cores are no limit, only the number and the pressure count. */
const NO_CORES: Cores = { count: Number.POSITIVE_INFINITY, free: () => 0 };

export interface Cores {
  readonly count: number;
  readonly free: FreeCores;
}

export function makeLane(readPressure: () => Promise<Pressure>, now: () => number, cores: Cores = NO_CORES): Lane {
  const inside = new Set<symbol>();
  const names = new Map<symbol, LockerName>();
  let queue: Waiter[] = [];
  let timer: NodeJS.Timeout | null = null;
  let looking = false;
  let lookAgain = false;

  const take = (waiter: Waiter): Place => {
    const key = Symbol(waiter.wish.locker);
    inside.add(key);
    names.set(key, waiter.wish.locker);
    const leave = () => {
      if (!inside.delete(key)) return;
      names.delete(key);
      void look();
    };
    return { waitedMs: now() - waiter.since, leave };
  };

  /** Serves the head of the queue for as long as it may go; false: it has to wait. */
  const serveHead = (waiter: Waiter, { pressure, freeCores }: Look): boolean => {
    const { limits, urgency } = waiter.wish;
    const admission = admit(inside.size, limits, { pressure, urgency, cores: cores.count, freeCores });
    const waitedMs = now() - waiter.since;
    if (admission.kind === 'go') waiter.answer({ kind: 'place', place: take(waiter) });
    else if (urgency !== 'is-down' && waitedMs >= limits.pressure.holdAfterMs)
      waiter.answer({ kind: 'held', waitedMs, because: admission.because });
    else {
      tell(waiter, admission.because, now());
      return false;
    }
    return true;
  };

  const dropUnwanted = (waiter: Waiter): boolean => {
    try {
      waiter.wish.stillWanted();
      return true;
    } catch (error) {
      waiter.refuse(error);
      return false;
    }
  };

  const look = async (): Promise<void> => {
    lookAgain = looking;
    if (looking) return;
    looking = true;
    try {
      queue = queue.filter(dropUnwanted);
      if (queue.length > 0) {
        const pressure = await readPressure();
        // Each that starts beyond the number of cores takes one that was free.
        let freeCores = cores.free();
        for (let head = queue[0]; head && serveHead(head, { pressure, freeCores }); head = queue[0]) {
          queue.shift();
          if (inside.size > cores.count) freeCores -= 1;
        }
        holdLate({ pressure, freeCores });
      }
    } finally {
      looking = false;
    }
    if (lookAgain) return look();
    if (timer) clearTimeout(timer);
    timer = queue.length > 0 ? setTimeout(() => void look(), LOOK_MS) : null;
  };

  /** Those behind the head have their own patience. */
  const holdLate = ({ pressure, freeCores }: Look) => {
    const late = queue.filter(
      ({ wish, since }) => wish.urgency !== 'is-down' && now() - since >= wish.limits.pressure.holdAfterMs,
    );
    for (const waiter of late) {
      const admission = admit(inside.size, waiter.wish.limits, { pressure, urgency: 'may-wait', cores: cores.count, freeCores });
      const because = admission.kind === 'wait' ? admission.because : `${queue.length} lockers wait in the start lane`;
      waiter.answer({ kind: 'held', waitedMs: now() - waiter.since, because });
    }
    queue = queue.filter((waiter) => !late.includes(waiter));
  };

  return {
    starting: () => [...names.values()],
    waiting: () => queue.map(({ wish }) => wish.locker),
    enter: (wish) =>
      new Promise((answer, refuse) => {
        const waiter: Waiter = { wish, since: now(), answer, refuse, toldAt: now() };
        queue.splice(queue.findLastIndex((other) => RANK[other.wish.urgency] <= RANK[wish.urgency]) + 1, 0, waiter);
        void look();
      }),
  };
}

/** Most places come within moments, and nobody wants to read of those. */
const TELL_EVERY_MS = 3_000;

function tell(waiter: Waiter, because: string, now: number): void {
  if (now - waiter.toldAt < TELL_EVERY_MS) return;
  waiter.toldAt = now;
  waiter.wish.onWait?.(because);
}
