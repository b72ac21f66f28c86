/** The figures as a table for people. Pure. Medians over the runs. */
import { mean, median, percentile } from './figures';
import type { Measured } from './measure';
import type { MeasuredRollout } from './measured-rollout';

const seconds = (ms: number) => `${(ms / 1_000).toFixed(2)} s`;
const whole = (ms: number) => `${Math.round(ms)} ms`;

type Row = readonly [string, string];

export function renderMeasured(measured: Measured): string {
  const sections: readonly (readonly [string, readonly Row[]])[] = [
    ['bare', bareRows(measured)],
    ['rollout', rolloutRows(measured)],
    ['where a locker’s time goes (medians, by the box’s journal)', timeRows(measured)],
    ['cost', costRows(measured)],
  ];
  const width = Math.max(...sections.flatMap(([, rows]) => rows.map(([name]) => name.length)));
  const lines = sections.flatMap(([title, rows]) => [
    '',
    title,
    ...rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`),
  ]);
  return [head(measured), ...lines].join('\n');
}

function head({ machine, lockers, maxDown, runs, at }: Measured): string {
  const { cores, cpu, memoryGiB, node, load } = machine;
  return `${at}: ${lockers} lockers, ${maxDown} down at once, ${runs.length} runs\n${cores} cores of ${cpu}, ${memoryGiB} GiB, Node ${node}, load ${load.toFixed(2)} before`;
}

function bareRows({ alone, atOnce, bound, lockers, maxDown, machine }: Measured): Row[] {
  return [
    ['one after the other: seconds down', downs(alone.cycles.map(({ downMs }) => downMs))],
    ['one after the other: whole cycle', seconds(mean(alone.cycles.map(({ wallMs }) => wallMs)))],
    ['one after the other: CPU per cycle', whole(alone.cpuMsPerCycle)],
    [`${maxDown} at once: seconds down`, downs(atOnce.cycles.map(({ downMs }) => downMs))],
    [`${maxDown} at once: all ${lockers}`, seconds(atOnce.wallMs)],
    [`${maxDown} at once: CPU per cycle`, whole(atOnce.cpuMsPerCycle)],
    [`lower bound: cycles / ${maxDown} slots`, seconds(bound.slotsMs)],
    [`lower bound: CPU / ${machine.cores} cores`, seconds(bound.cpuMs)],
    ['lower bound: longest cycle', seconds(bound.longestMs)],
  ];
}

const downs = (values: readonly number[]) => `p50 ${seconds(percentile(values, 50))}, p99 ${seconds(percentile(values, 99))}`;
const over = (runs: readonly MeasuredRollout[], of: (run: MeasuredRollout) => number) => median(runs.map(of));

function rolloutRows({ runs, bound, lockers, alone, atOnce }: Measured): Row[] {
  const wall = over(runs, ({ wallMs }) => wallMs);
  const p50 = over(runs, ({ downMs }) => percentile(downMs, 50));
  const p99 = over(runs, ({ downMs }) => percentile(downMs, 99));
  const bare = percentile(
    alone.cycles.map(({ downMs }) => downMs),
    50,
  );
  return [
    ['first halt signal to last answer', seconds(over(runs, ({ movingMs }) => movingMs))],
    ['first drain to the workflow’s end', seconds(wall)],
    ['the command, Temporal and worker up', seconds(over(runs, ({ commandMs }) => commandMs))],
    ['efficiency (lower bound / first drain to end)', (bound.ms / wall).toFixed(2)],
    ['bare loop at once, the same way', (bound.ms / atOnce.wallMs).toFixed(2)],
    ['added per locker', whole((wall - bound.ms) / lockers)],
    ['seconds down', `p50 ${seconds(p50)}, p99 ${seconds(p99)} (p50 is ${whole(p50 - bare)} over bare alone)`],
    ['lockers in a slot on the box, on average', over(runs, ({ times }) => times.slotsUsed).toFixed(1)],
  ];
}

function timeRows({ runs }: Measured): Row[] {
  const row = (name: string, of: (times: MeasuredRollout['times']) => number): Row => [
    name,
    whole(over(runs, (run) => of(run.times))),
  ];
  return [
    row('drain', ({ drainMs }) => drainMs),
    row('drain’s end → update accepted', ({ drainToUpdateMs }) => drainToUpdateMs),
    row('update', ({ updateMs }) => updateMs),
    row('  accepted → halt signal', ({ beforeSignalMs }) => beforeSignalMs),
    row('  halt signal → switched', ({ stopMs }) => stopMs),
    row('  start → first good probe', ({ startMs }) => startMs),
    row('update’s end → verify accepted', ({ updateToVerifyMs }) => updateToVerifyMs),
    row('verify', ({ verifyMs }) => verifyMs),
  ];
}

function costRows({ runs, lockers }: Measured): Row[] {
  const each = (name: string, of: (cpu: MeasuredRollout['cpuMs']) => number): Row => [
    name,
    `${seconds(over(runs, (run) => of(run.cpuMs)))}, ${whole(over(runs, (run) => of(run.cpuMs)) / lockers)} a locker`,
  ];
  return [
    each('CPU of the lockers', ({ lockers: own }) => own),
    each('CPU of the command line', ({ cli }) => cli),
    each('CPU of the worker', ({ worker }) => worker),
    each('CPU of the Temporal server', ({ temporal }) => temporal),
    each('CPU of lockerd itself', ({ lockerd }) => lockerd),
    ['history events a locker', (over(runs, ({ history }) => history.events) / lockers).toFixed(1)],
  ];
}
