/** What a seed stands for: a fault, a moment, and the draws of the fault itself. Pure. */
import { BOUNDARIES } from './boundaries';
import type { Boundary } from './boundaries';
import type { FaultKind } from './contract';
import { drawMoment } from './moment';
import type { Moment } from './moment';
import { makeRandom } from './random';
import type { Random } from './random';

export interface Draw {
  readonly seed: number;
  readonly fault: FaultKind;
  readonly moment: Moment;
  readonly random: Random;
  /** The flags that draw it again. */
  readonly replay: string;
}

/** `attempt`: 0, and one more for each draw whose fault fell outside the rollout. The fault stays the seed's. */
export function drawRun(seed: number, faults: readonly FaultKind[], attempt: number): Draw {
  const random = makeRandom(seed);
  const fault = faultOf(seed, faults);
  return {
    seed,
    fault,
    replay: `--seed ${seed} --fault ${fault.name}`,
    moment: momentFor(fault, random.fork(`moment ${attempt}`)),
    random: random.fork(`strike ${attempt}`),
  };
}

function momentFor({ name, moments }: FaultKind, random: Random): Moment {
  if (!moments) return drawMoment(random);
  const wanted = random.pick(moments);
  const boundary = BOUNDARIES.find((known) => known.name === wanted);
  if (!boundary) throw new Error(`${name} names the boundary ${wanted}, which is none`);
  return { kind: 'boundary', boundary, occurrence: 1 };
}

/** The same at a boundary of one's choice, at its first occurrence. */
export function drawAt(boundary: Boundary, seed: number, fault: FaultKind): Draw {
  return {
    seed,
    fault,
    moment: { kind: 'boundary', boundary, occurrence: 1 },
    random: makeRandom(seed).fork('strike 0'),
    replay: `--at ${boundary.name} --seed ${seed} --fault ${fault.name}`,
  };
}

/** Each boundary once; the given faults take turns. */
export function drawEveryBoundary(faults: readonly FaultKind[]): Draw[] {
  return BOUNDARIES.flatMap((boundary, index) => {
    const fault = faults[index % faults.length];
    return fault ? [drawAt(boundary, index + 1, fault)] : [];
  });
}

/** Seeds in a row go through all faults before one comes again, in an order of their own each time. */
function faultOf(seed: number, faults: readonly FaultKind[]): FaultKind {
  const round = makeRandom(Math.floor(seed / faults.length)).fork('faults');
  const left = [...faults];
  for (let skip = seed % faults.length; skip > 0; skip -= 1) left.splice(round.number(left.length), 1);
  return round.pick(left);
}
