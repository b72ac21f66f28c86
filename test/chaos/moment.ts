/** When a fault strikes: at a step boundary, or after some time within the rollout. Drawn from the seed. */
import { BOUNDARIES } from './boundaries';
import type { Boundary } from './boundaries';
import type { Random } from './random';

export type Moment =
  | { readonly kind: 'boundary'; readonly boundary: Boundary; readonly occurrence: number }
  /** Counted from the lease: a quiet rollout of six takes about so long. */
  | { readonly kind: 'delay'; readonly ms: number };

const ROLLOUT_MS = 6_500;

export function drawMoment(random: Random): Moment {
  if (random.number(2) === 0) return { kind: 'delay', ms: random.number(ROLLOUT_MS) };
  const boundary = random.pick(BOUNDARIES);
  return { kind: 'boundary', boundary, occurrence: 1 + random.number(boundary.times) };
}

export function momentText(moment: Moment): string {
  if (moment.kind === 'delay') return `${(moment.ms / 1_000).toFixed(2)} s`;
  const { boundary, occurrence } = moment;
  return boundary.times === 1 ? boundary.name : `${boundary.name} #${occurrence}`;
}
