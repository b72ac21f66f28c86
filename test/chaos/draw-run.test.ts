import { BOUNDARIES } from './boundaries';
import type { FaultKind } from './contract';
import { drawEveryBoundary, drawRun } from './draw-run';
import { ALL_FAULTS } from './faults/all-faults';
import { momentText } from './moment';

const shown = (seed: number, faults: readonly FaultKind[] = ALL_FAULTS, attempt = 0) => {
  const { fault, moment, random, replay } = drawRun(seed, faults, attempt);
  return { fault: fault.name, moment: momentText(moment), next: random.number(1_000_000), replay };
};

test('a seed draws the same again', () => {
  for (let seed = 1; seed <= 50; seed += 1) expect(shown(seed)).toEqual(shown(seed));
});

test('a failing seed replays by its fault alone, whatever faults are added later', () => {
  for (let seed = 1; seed <= 50; seed += 1) {
    const { fault } = drawRun(seed, ALL_FAULTS, 0);
    expect(shown(seed, [fault])).toEqual(shown(seed));
  }
});

test('seeds in a row go through all faults, and draw moments of every kind', () => {
  const seeds = Array.from({ length: ALL_FAULTS.length }, (_, index) => 2 * ALL_FAULTS.length + index);
  expect(new Set(seeds.map((seed) => shown(seed).fault)).size).toBe(ALL_FAULTS.length);
  const moments = Array.from({ length: 2_000 }, (_, seed) => drawRun(seed + 1, ALL_FAULTS, 0).moment);
  const names = new Set(moments.map((moment) => (moment.kind === 'boundary' ? moment.boundary.name : 'after a time')));
  expect(names.size).toBe(BOUNDARIES.length + 1);
});

test('a draw that fell outside the rollout is replaced by another moment of the same fault', () => {
  const again = Array.from({ length: 50 }, (_, seed) => [shown(seed), shown(seed, ALL_FAULTS, 1)] as const);
  expect(again.every(([one, two]) => one.fault === two.fault)).toBe(true);
  expect(again.filter(([one, two]) => one.moment !== two.moment).length).toBeGreaterThan(40);
});

test('every boundary is struck once, at its first occurrence', () => {
  const draws = drawEveryBoundary(ALL_FAULTS);
  expect(draws.map(({ moment }) => moment)).toEqual(
    BOUNDARIES.map((boundary) => ({ kind: 'boundary', boundary, occurrence: 1 })),
  );
});
