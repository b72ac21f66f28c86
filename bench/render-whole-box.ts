/** The figures of a whole box as tables in markdown. Pure. Medians over the runs. */
import { mean, median, percentile } from './figures';
import type { MeasuredRollout } from './measured-rollout';
import type { Measured, Rollouts } from './rollouts';
import type { StartUp } from './start-up';

const seconds = (ms: number) => `${(ms / 1_000).toFixed(ms < 9_950 ? 2 : 1)} s`;
const whole = (ms: number) => `${Math.round(ms)} ms`;
const perCent = (value: number) => `${value.toFixed(0)} %`;

const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const over = <T>(runs: readonly T[], of: (run: T) => number) => median(runs.map(of));

const groups = <T>(items: readonly T[], of: (item: T) => string): [string, T[]][] => {
  const found = new Map<string, T[]>();
  for (const item of items) found.set(of(item), [...(found.get(of(item)) ?? []), item]);
  return [...found];
};

/** Times as ratios to the first way, too. */
export function renderStartUps(all: readonly StartUp[]): string {
  const ways = groups(all, ({ way }) => way);
  const base = over(ways[0]?.[1] ?? [], ({ allMs }) => allMs);
  const head = [
    'start-up',
    'all healthy',
    'ratio',
    'half healthy',
    'start → healthy p50 / p99',
    'peak PSI avg10',
    'stalled / worst second',
    'failed',
  ];
  const rows = ways.map(([way, runs]) => [
    way,
    seconds(over(runs, ({ allMs }) => allMs)),
    (over(runs, ({ allMs }) => allMs) / base).toFixed(2),
    seconds(over(runs, ({ halfMs }) => halfMs)),
    `${seconds(over(runs, ({ startP50 }) => startP50))} / ${seconds(over(runs, ({ startP99 }) => startP99))}`,
    perCent(over(runs, ({ peakAvg10 }) => peakAvg10)),
    `${perCent(over(runs, ({ stalled }) => stalled))} / ${perCent(over(runs, ({ stalledWorst }) => stalledWorst))}`,
    String(over(runs, ({ failed }) => failed)),
  ]);
  return table(head, rows);
}

export function renderRollouts({ alone, atOnce, atOnceBound, runs, dryRunMs, maxDown }: Rollouts, lockers: number): string {
  const downAlone = alone.cycles.map(({ downMs }) => downMs);
  const downAtOnce = atOnce.cycles.map(({ downMs }) => downMs);
  const bare = [
    ['bare, one after the other: down p50 / p99', pair(downAlone)],
    ['bare: CPU of a cycle', whole(alone.cpuMsPerCycle)],
    [`bare, ${maxDown} at once: down p50 / p99`, pair(downAtOnce)],
    [
      `bare, ${maxDown} at once: efficiency`,
      `${(atOnceBound.ms / atOnce.wallMs).toFixed(2)} (${seconds(atOnceBound.ms)} / ${seconds(atOnce.wallMs)})`,
    ],
    ['a plan, by the command line (`--dry-run`)', seconds(dryRunMs)],
  ];
  const kinds = groups(runs, ({ kind }) => kind);
  const base = percentile(downAlone, 50);
  const rows = kinds.map(([kind, these]) => rolloutRow(kind, these, { lockers, base }));
  const head = [
    'drains',
    'p50 / longest',
    'lower bound: slots / CPU / longest',
    'wall',
    'efficiency',
    'added a locker',
    'down p50 / p99',
    'p50 over bare',
  ];
  return [table(['', ''], bare), table(head, rows), renderCosts(kinds, lockers)].join('\n\n');
}

const pair = (values: readonly number[]) => `${seconds(percentile(values, 50))} / ${seconds(percentile(values, 99))}`;

function rolloutRow(kind: string, runs: readonly Measured[], { lockers, base }: { lockers: number; base: number }): string[] {
  const drains = runs.flatMap(({ drainMs }) => drainMs);
  const downs = runs.map(({ downMs }) => downMs);
  const p50 = over(downs, (values) => percentile(values, 50));
  const { slotsMs, cpuMs, longestMs } = {
    slotsMs: over(runs, ({ bound }) => bound.slotsMs),
    cpuMs: over(runs, ({ bound }) => bound.cpuMs),
    longestMs: over(runs, ({ bound }) => bound.longestMs),
  };
  return [
    kind,
    `${seconds(median(drains))} / ${seconds(Math.max(...drains))}`,
    [slotsMs, cpuMs, longestMs].map(seconds).join(' / '),
    seconds(over(runs, ({ wallMs }) => wallMs)),
    over(runs, ({ bound, wallMs }) => bound.ms / wallMs).toFixed(2),
    whole(over(runs, ({ bound, wallMs }) => (wallMs - bound.ms) / lockers)),
    `${seconds(p50)} / ${seconds(over(downs, (values) => percentile(values, 99)))}`,
    whole(p50 - base),
  ];
}

function renderCosts(kinds: readonly (readonly [string, readonly MeasuredRollout[]])[], lockers: number): string {
  const head = [
    'drains',
    'CPU a locker: lockers / lockerd / worker / Temporal / CLI',
    'peak MiB: lockerd / worker / Temporal',
    'events a locker',
    'workflow tasks a locker',
    'plan',
    'stage',
    'slots used',
  ];
  const rows = kinds.map(([kind, runs]) => {
    const each = (of: (run: MeasuredRollout) => number) => String(Math.round(over(runs, of) / lockers));
    const cpu = (['lockers', 'lockerd', 'worker', 'temporal', 'cli'] as const).map((who) => each(({ cpuMs }) => cpuMs[who]));
    const memory = (['lockerd', 'worker', 'temporal'] as const).map((who) => over(runs, ({ memoryMiB }) => memoryMiB[who]));
    return [
      kind,
      `${cpu.join(' / ')} ms`,
      memory.join(' / '),
      (over(runs, ({ history }) => history.events) / lockers).toFixed(1),
      (over(runs, ({ history }) => history.workflowTasks) / lockers).toFixed(1),
      seconds(over(runs, ({ history }) => history.planMs)),
      seconds(over(runs, ({ history }) => history.stageMs)),
      mean(runs.map(({ times }) => times.slotsUsed)).toFixed(1),
    ];
  });
  return table(head, rows);
}
