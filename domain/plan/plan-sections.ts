/**
 * What a person must know before saying yes, in the order of asking: who is touched, in which
 * steps, what may be down, when it stops by itself, what changes, how long it takes. Words only;
 * `render-plan.ts` lays them out.
 */
import { formatDuration } from '../model/format-duration';
import type { LockerName } from '../model/ids';
import type { Plan, PlannedBatch, PlannedLocker } from '../model/plan';
import type { ExternalProbe } from '../model/policy';
import { changeSection, goneLines } from './change-section';
import { forcedLines } from './direction';
import { namesText } from './names-text';
import { originText } from './origin-text';
import { rehearsalSection } from './rehearsal';
import {
  approvalSection,
  askSection,
  checkSection,
  failureSection,
  hookSection,
  migrationSection,
  windowSection,
} from './rule-sections';
import type { Section } from './section';

export function planSections(plan: Plan): Section[] {
  const lockers = {
    title: 'Lockers',
    lines: [`${plan.lockers.length}: ${originText(plan)}`, ...forcedLines(plan), ...exceptions(plan), ...heldOutLines(plan)],
  };
  if (plan.batches.length === 0) return [lockers];
  return [
    lockers,
    ...(plan.stage === 'push' ? [{ title: 'Stage', lines: ['pushed from the worker: the box fetches nothing'] }] : []),
    { title: 'Batches', lines: [batchText(plan.batches), `canary: ${namesText(plan.batches[0]?.lockers ?? [])}`] },
    ...askSection(plan),
    ...migrationSection(plan),
    ...rehearsalSection(plan),
    ...approvalSection(plan),
    ...windowSection(plan),
    { title: 'At once', lines: [limitText(plan)] },
    { title: 'Each', lines: eachLines(plan) },
    ...checkSection(plan),
    ...hookSection(plan),
    failureSection(plan),
    changeSection('Code', plan.changes.code),
    changeSection('Config', plan.changes.config, goneLines(plan)),
    { title: 'Expected', lines: [expectedText(plan)] },
  ];
}

function exceptions({ lockers, owed }: Plan): string[] {
  const of = (fits: (locker: PlannedLocker) => boolean) => lockers.filter(fits).map(({ name }) => name);
  return [
    ...says(owed, 'owed by an earlier rollout, brought up first'),
    ...says(
      of(({ action }) => action === 'link'),
      'stopped on purpose, gets the release and stays stopped',
    ),
    ...(['code', 'config', 'code and config'] as const).flatMap((what) =>
      says(
        of(({ strange }) => strange === what),
        `nothing in common with what they run, in the history of ${what}`,
      ),
    ),
    ...says(
      of(({ baseline, action }) => baseline === 'failing' && action === 'update'),
      'not serving before, its end is not counted as a failure',
    ),
    ...says(
      of(({ baseline, action }) => baseline === 'failing' && action === 'none'),
      'already there but not serving, left alone',
    ),
  ];
}

function heldOutLines({ lockers }: Plan): string[] {
  const reasons = new Set(lockers.flatMap(({ heldOut }) => heldOut ?? []));
  return [...reasons].flatMap((why) =>
    says(
      lockers.filter(({ heldOut }) => heldOut === why).map(({ name }) => name),
      `held out, ${why}`,
    ),
  );
}

function says(names: readonly LockerName[], words: string): string[] {
  return names.length === 0 ? [] : [`${words}: ${namesText(names)}`];
}

/** `1 (soak 30s) → approval → 5 → 6`. */
function batchText(batches: readonly PlannedBatch[]): string {
  const steps = batches.flatMap(({ lockers, gate, soakMs }) => {
    const size = soakMs > 0 ? `${lockers.length} (soak ${formatDuration(soakMs)})` : `${lockers.length}`;
    return gate ? ['approval', size] : [size];
  });
  return repeated(steps).join(' → ');
}

/** Thirty batches of ten are one thing to a reader: `10 × 30`, also with what stands between them. */
function repeated(steps: readonly string[]): string[] {
  const runs: { text: string; times: number }[] = [];
  for (const text of joinApprovals(steps)) {
    const last = runs.at(-1);
    if (last?.text === text) last.times += 1;
    else runs.push({ text, times: 1 });
  }
  return runs.map(({ text, times }) => (times === 1 ? text : `${times} × [${text}]`));
}

function joinApprovals(steps: readonly string[]): string[] {
  return steps.flatMap((step, index) => {
    if (step === 'approval') return [];
    return steps[index - 1] === 'approval' ? [`approval → ${step}`] : [step];
  });
}

function limitText({ limits, lockers, notServing }: Plan): string {
  const slots = Math.max(1, limits.maxDown - notServing);
  const now = slots < limits.maxDown ? `, now ${slots} since ${notServing} ${notServing === 1 ? 'does' : 'do'} not serve` : '';
  return `at most ${limits.maxDown} of ${lockers.length} down${now}; ${limits.maxUnproven} up but unproven; ${limits.maxStarting} starting`;
}

function eachLines({ hasDrain, policy }: Plan): string[] {
  const { drain, stop, verify } = policy;
  const drained = `drain up to ${formatDuration(drain.timeoutMs)}, else ${drain.onTimeout}; `;
  const proof = `${verify.goodProbes} good probes in a row and stable for ${formatDuration(verify.stableMs)}`;
  return [
    `${hasDrain ? drained : ''}stop up to ${formatDuration(stop.timeoutMs)}, else ${stop.onTimeout}`,
    `${proof} within ${formatDuration(verify.deadlineMs)}, else restored`,
    ...(verify.external ? [externalText(verify.external)] : []),
  ];
}

function externalText({ url, goodProbes, timeoutMs }: ExternalProbe): string {
  const times = goodProbes === 1 ? 'one good probe' : `${goodProbes} good probes in a row`;
  return `from outside: ${times} of ${url} within ${formatDuration(timeoutMs)}, else restored`;
}

function expectedText({ expected, batches }: Plan): string {
  const waiting = batches.some(({ gate }) => gate) ? ', without the waiting for approvals' : '';
  const down = `each locker down for about ${formatDuration(expected.downSecondsPerLocker * 1_000)}`;
  return `about ${formatDuration(expected.seconds * 1_000)}${waiting}; ${down}`;
}
