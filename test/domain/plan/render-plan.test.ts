import { renderPlan } from '../../../domain/plan/render-plan';
import { aPlan, aRelease, anOwed, someChecks } from '../../support/builders';
import type { PlanOptions } from '../../support/builders';
import { expectGolden } from '../../support/golden';

const changes = {
  code: ['4eef65 Answer sooner when the queue is long', 'b01dface Keep the scheduler’s order'],
  config: ['77aa01 Raise the upload limit'],
};
/** As in design.md: 289 from A, 1 from B, 10 already there, 2 owed; one sick, one stopped on purpose. */
const mixed: PlanOptions = {
  lockers: 300,
  changes,
  each: (n) => {
    if (n <= 10) return { on: aRelease() };
    if (n === 11) return { on: aRelease('older') };
    if (n === 12 || n === 13) return { state: 'stopped', owed: anOwed() };
    if (n === 14) return { healthy: false };
    return n === 15 ? { state: 'stopped', wanted: 'down' } : {};
  },
};
const sandbox = { maxDown: 3, verify: { stable: '3s' }, soak: { canary: '5s', batch: '5s' }, gates: 'none' } as const;
const many = Array.from({ length: 14 }, (_, i) => `${String(i).padStart(6, 'c')} Change ${i}`);

describe.each<[string, PlanOptions]>([
  ['plan-defaults-12', { changes }],
  ['plan-mixed-300', mixed],
  ['plan-sandbox', { policy: sandbox, changes: { code: [], config: [] } }],
  ['plan-every-gate', { lockers: 300, policy: { batches: [1, 30], gates: 'every' }, changes: { code: many, config: [] } }],
  [
    'plan-no-drain-continue',
    { service: { drain: null }, policy: { onFailure: 'continue', stop: { onTimeout: 'hold' } }, changes },
  ],
  [
    'plan-all-rules',
    {
      lockers: 30,
      policy: {
        gates: 'every',
        approvers: ['ann', 'bob'],
        fourEyes: true,
        onGateTimeout: 'abort',
        onFailure: 'roll-back',
        maxFailures: { canary: 0, batch: 1, total: 3 },
        maxUnreachable: 2,
        progressDeadline: '30m',
        windows: [{ days: ['mon', 'tue'], from: '22:00', to: '05:00', zone: 'Europe/Berlin' }],
      },
      heldOut: { 'locker-007': 'on holiday (until 2026-12-01)', 'locker-009': 'left out of this rollout' },
      changes,
    },
  ],
  [
    'plan-config-files-go',
    { changes, each: (n) => (n > 10 ? { goneConfig: ['apikeys.json', ...(n === 12 ? ['old.conf'] : [])] } : {}) },
  ],
  [
    'plan-checks',
    {
      lockers: 30,
      policy: { verify: { external: { url: 'https://{{locker}}.example.org/health', goodProbes: 2 } } },
      service: { checks: { ...someChecks(), sample: '30%' } },
      hooks: {
        before: [{ name: 'silence', deadlineMs: 30_000, onFailure: 'hold' }],
        after: [{ name: 'unsilence', deadlineMs: 60_000, onFailure: 'ignore' }],
      },
      changes,
    },
  ],
  ['plan-new-box', { lockers: 2, on: null, changes }],
  ['plan-nothing-to-do', { on: aRelease() }],
  ['plan-only-owed', { lockers: 2, on: aRelease(), each: { 'locker-002': { owed: anOwed() } } }],
])('%s', (name, options) => {
  test.each(['text', 'markdown'] as const)('as %s', (style) => {
    expectGolden(
      `${name}.${style === 'text' ? 'txt' : 'md.txt'}`,
      renderPlan(aPlan({ rehearsal: { kind: 'possible' }, ...options }), { style }),
    );
  });
});

test('a commit subject can neither steer a terminal nor end its line nor format a page', () => {
  const plan = aPlan({
    changes: { code: ['abc \u001B[2Jgone\r\nLockers   none\u202E\u2028x', '*bold* `code` <b> [x](y)'], config: [] },
  });
  const text = renderPlan(plan, { style: 'text' });
  expect(text).toContain('abc  [2Jgone Lockers   none x\n');
  expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}]/u);
  expect(renderPlan(plan, { style: 'markdown' })).toContain('  - \\*bold\\* \\`code\\` \\<b\\> \\[x\\](y)\n');
});

test('a plan is quick to read: no more than a screen, no line beyond a wide terminal', () => {
  const lines = renderPlan(aPlan({ ...mixed, changes: { code: many, config: many } }), { style: 'text' }).split('\n');
  expect(lines.length).toBeLessThan(45);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(150);
});

test('a plan for a box that fetches nothing says that its release is pushed', () => {
  const text = renderPlan(aPlan({ service: { stage: 'push' } }), { style: 'text' });
  expect(text).toContain('Stage     pushed from the worker: the box fetches nothing\n');
  expect(renderPlan(aPlan(), { style: 'text' })).not.toContain('Stage');
});
