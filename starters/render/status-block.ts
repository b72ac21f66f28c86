/** The live display: one block of lines that is drawn anew at each change. Pure; live-block.ts puts it on the screen. */
import { formatDuration } from '../../domain/model/format-duration';
import type { LockerEnd } from '../../domain/model/outcome';
import type { Hold, RunState } from '../../domain/model/progress';
import type { LockerStatus, RolloutStatus } from '../../domain/model/status';
import { migrationText } from '../../domain/operator/migration-status';
import { countWords, endedCount } from './count-words';
import type { Colour, Paint } from './paint';

export interface BlockOptions {
  readonly width: number;
  readonly elapsedMs: number;
  readonly paint: Paint;
}

/** Enough to see who is in flight; a box of 300 must fit on a screen. */
const SHOW_LOCKERS = 12;
const BAR = 24;

const COLOUR_OF: Partial<Record<RunState, Colour>> = {
  'waiting-for-approval': 'yellow',
  paused: 'yellow',
  held: 'red',
  failed: 'red',
  succeeded: 'green',
};

export function statusBlock(status: RolloutStatus, { width, elapsedMs, paint }: BlockOptions): string[] {
  const lines = [
    { text: header(status, elapsedMs), colour: COLOUR_OF[status.state] ?? 'bold' },
    ...(status.counts.planned === 0 ? [] : [{ text: progress(status), colour: null }]),
    ...lockerLines(status),
    ...stepLines(status),
    ...migrationLines(status),
    ...untold(status).map(({ sentence, liftedBy }) => ({
      text: `held: ${sentence}; lifted by ${liftedBy.join(', ')}`,
      colour: 'red' as const,
    })),
    ...(status.pause === null
      ? []
      : [{ text: `paused by ${status.pause.actor}${reasonOf(status.pause.reason)}`, colour: 'yellow' as const }]),
    ...(status.asks === null ? [] : [{ text: `→ ${status.asks}`, colour: 'yellow' as const }]),
  ];
  // Cut before painting: colour codes have no width.
  return lines.map(({ text, colour }) => (colour === null ? cut(text, width) : paint(colour, cut(text, width))));
}

function migrationLines(status: RolloutStatus): { text: string; colour: Colour | null }[] {
  const text = migrationText(status);
  return text === null ? [] : [{ text: `migrations: ${text}`, colour: status.pointOfNoReturn === 'passed' ? 'red' : null }];
}

/** What is asked begins with the hold's own sentence. */
const untold = ({ holds, asks }: RolloutStatus): readonly Hold[] => holds.filter(({ sentence }) => !asks?.startsWith(sentence));

function header({ box, state, batch, release }: RolloutStatus, elapsedMs: number): string {
  const where = batch === null ? '' : `  batch ${Math.min(batch.number, batch.of)} of ${batch.of}`;
  const to = release === null ? '' : `  → ${release.label}`;
  return `${box}  ${state.replaceAll('-', ' ')}${where}${to}  ${formatDuration(Math.floor(elapsedMs / 1_000) * 1_000)}`;
}

function progress({ counts, failures }: RolloutStatus): string {
  const ended = endedCount(counts);
  const full = Math.round((ended / counts.planned) * BAR);
  const bar = `${'█'.repeat(full)}${'░'.repeat(BAR - full)}`;
  return `${bar} ${ended} of ${counts.planned}  ${countWords(counts)}  failures ${failures.counted}, stops at ${failures.stopsAt}`;
}

type Line = { readonly text: string; readonly colour: Colour | null };

/** Who is in flight, then who did not end well: the rest is in the counts. */
function lockerLines({ lockers }: RolloutStatus): Line[] {
  const inFlight = lockers.filter(({ stage }) => stage !== 'waiting' && stage !== 'ended');
  const bad = lockers.filter(({ end }) => end !== null && !WELL.includes(end));
  const all = [...inFlight, ...bad];
  const shown = all.slice(0, SHOW_LOCKERS).map(lockerLine);
  const more = all.length - shown.length;
  return more > 0 ? [...shown, { text: `  and ${more} more`, colour: 'dim' }] : shown;
}

const SHOW_STEPS = 4;
const stepLines = ({ steps = [] }: RolloutStatus): Line[] =>
  steps.slice(0, SHOW_STEPS).map((text) => ({ text: `  … ${text}`, colour: 'dim' as const }));

const WELL: readonly LockerEnd[] = ['updated', 'unchanged'];

function lockerLine({ name, stage, end, reason, killed }: LockerStatus): Line {
  const text = `  ${name.padEnd(16)} ${(end ?? stage).padEnd(10)}${killed ? ' killed' : ''}${reasonOf(reason)}`.trimEnd();
  return { text, colour: end !== null || stage === 'stuck' || stage === 'inconclusive' ? 'red' : 'cyan' };
}

const reasonOf = (reason: string | null): string => (reason === null ? '' : `: ${reason}`);

function cut(text: string, width: number): string {
  const line = text.replaceAll('\n', ' ');
  return line.length <= width ? line : `${line.slice(0, Math.max(0, width - 1))}…`;
}
