import { failureLines, resultLine, summaryTable } from './render-results';
import type { RunResult } from './run-result';

const aRun = (over: Partial<RunResult> = {}): RunResult => ({
  seed: 7,
  fault: 'worker-killed',
  replay: '--seed 7 --fault worker-killed',
  what: 'worker 4711 killed',
  moment: 'switch-done #4',
  phase: 'updating',
  end: 'succeeded',
  resumes: 0,
  seconds: 21.44,
  recovery: 0.98,
  violations: [],
  misses: 0,
  told: [],
  kept: null,
  ...over,
});

test('a run is one line: seed, fault, moment, phase, end, times, what was hit', () => {
  expect(resultLine(aRun()).replaceAll(/ +/g, ' ')).toBe(
    'seed 7 worker-killed switch-done #4 updating succeeded 21.4 s 0.98× ok worker 4711 killed',
  );
  expect(resultLine(aRun({ resumes: 2, misses: 1, recovery: null }))).toMatch(
    /succeeded after 2 resumes .* - .*\(draw 2: 1 missed the rollout\)$/,
  );
});

test('a violation says how to run it again and where its journal is', () => {
  expect(failureLines(aRun())).toEqual([]);
  expect(failureLines(aRun({ violations: ['l03 does not serve'], told: ['held, failures: 1'], kept: '/tmp/x' }))).toEqual([
    '    violation: l03 does not serve',
    '    told: held, failures: 1',
    '    replay: npm run chaos -- --seed 7 --fault worker-killed',
    '    kept: /tmp/x',
  ]);
});

test('the summary has a row for each fault and one for all', () => {
  const runs = [
    aRun({ recovery: 0.5 }),
    aRun({ recovery: 1.5, end: 'held', resumes: 5 }),
    aRun({ recovery: 1 }),
    aRun({ fault: 'cli-killed', recovery: null, violations: ['x'] }),
  ];
  expect(summaryTable(runs)).toEqual([
    '| fault | runs | ends | resumes | recovery p50 | recovery max | violations |',
    '|---|---|---|---|---|---|---|',
    '| cli-killed | 1 | succeeded 1 | 0 | - | - | 1 |',
    '| worker-killed | 3 | held 1, succeeded 2 | 5 | 1.00× | 1.50× | 0 |',
    '| **all** | 4 | held 1, succeeded 3 | 5 | 1.00× | 1.50× | 1 |',
  ]);
});
