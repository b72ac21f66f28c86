import { makePlan } from '../../../domain/plan/make-plan';
import { renderPlan } from '../../../domain/plan/render-plan';
import { aPlan, aRelease, fakeHash, planFacts } from '../../support/builders';
import type { PlanOptions } from '../../support/builders';

const room = { kind: 'possible' } as const;
const full = { kind: 'impossible', because: 'one more locker takes about 210 MiB of memory; 180 MiB are available' } as const;

test.each<[string, PlanOptions, object]>([
  ['a box with room', { rehearsal: room }, { kind: 'due' }],
  ['a box without', { rehearsal: full }, { kind: 'none', because: full.because }],
  ['switched off', { rehearsal: room, policy: { rehearsal: 'off' } }, { kind: 'none', because: 'switched off' }],
  ['required, with room', { rehearsal: room, policy: { rehearsal: 'required' } }, { kind: 'due' }],
  ['a lockerd that says nothing of it', {}, { kind: 'none', because: expect.stringContaining('install-box') }],
])('%s', (_, options, rehearsal) => {
  expect(aPlan(options).rehearsal).toEqual(rehearsal);
});

test('required, and the box has no room: refused with the figures', () => {
  const made = makePlan(planFacts({ rehearsal: full, policy: { rehearsal: 'required' } }), fakeHash);
  expect(made).toMatchObject({
    kind: 'refused',
    refusals: [{ code: 'RehearsalImpossible', sentence: expect.stringContaining('210 MiB of memory; 180 MiB') }],
  });
});

test('where nothing is to be done nothing is rehearsed, and nothing refused', () => {
  const plan = aPlan({ on: aRelease(), rehearsal: full, policy: { rehearsal: 'required' } });
  expect(plan).not.toHaveProperty('rehearsal');
});

test('the plan says why not', () => {
  expect(renderPlan(aPlan({ rehearsal: full }), { style: 'text' })).toContain(`  Rehearsal none: ${full.because}\n`);
});

test('room comes and goes, and outdates nobody’s approval; the rule itself does', () => {
  expect(aPlan({ rehearsal: full }).digest).toBe(aPlan({ rehearsal: room }).digest);
  expect(aPlan({ policy: { rehearsal: 'off' } }).digest).not.toBe(aPlan().digest);
});
