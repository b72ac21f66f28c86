/** One look at a rollout, with every locker: what `lockstep status` prints. */
import type { LockerStatus, RolloutStatus } from '../../domain/model/status';
import { isoTime } from '../../domain/model/civil-time';
import { formatDuration } from '../../domain/model/format-duration';
import { migrationText } from '../../domain/operator/migration-status';
import { countWords } from './count-words';
import type { Paint } from './paint';

const SHOW_STEPS = 5;

export function statusTable(status: RolloutStatus, paint: Paint): string[] {
  const {
    box,
    state,
    release,
    batch,
    counts,
    failures,
    lockers,
    holds,
    pause,
    asks,
    rollout,
    notes,
    steps = [],
    windowOpensMs,
  } = status;
  const migrated = migrationText(status);
  const width = Math.max(0, ...lockers.map(({ name }) => name.length));
  return [
    paint('bold', `${box}: ${state.replaceAll('-', ' ')}${release === null ? '' : `, to ${release.label} (${release.id})`}`),
    `  rollout   ${rollout}`,
    ...(batch === null ? [] : [`  batch     ${Math.min(batch.number, batch.of)} of ${batch.of}`]),
    `  lockers   ${counts.planned} planned: ${countWords(counts)}`,
    `  failures  ${failures.counted}, stops at ${failures.stopsAt}`,
    ...(migrated === null ? [] : [`  migrate   ${migrated}`]),
    ...(windowOpensMs === undefined ? [] : [`  window    ${windowText(windowOpensMs)}`]),
    ...(pause === null ? [] : [`  paused    by ${pause.actor}${pause.reason === null ? '' : `: ${pause.reason}`}`]),
    ...holds.map(({ reason, sentence, liftedBy }) => `  hold      ${reason}: ${sentence}; lifted by ${liftedBy.join(', ')}`),
    ...steps.slice(0, SHOW_STEPS).map((step, index) => `  ${(index === 0 ? 'steps' : '').padEnd(9)} ${step}`),
    ...(asks === null ? [] : [paint('yellow', `  asks      ${asks}`)]),
    ...notes.map((note) => `  note      ${note}`),
    ...(lockers.length === 0 ? [] : ['']),
    ...lockers.map((locker) => `  ${locker.name.padEnd(width)}  ${lockerWords(locker)}`),
  ];
}

const windowText = (opensMs: number | null): string => (opensMs === null ? 'none opens any more' : `opens ${isoTime(opensMs)}`);

function lockerWords({ batch, stage, end, downMs, killed, reason }: LockerStatus): string {
  const words = [
    batch === null ? 'no batch' : `batch ${batch}`,
    end ?? stage,
    ...(downMs === null ? [] : [`${formatDuration(downMs)} down`]),
    ...(killed ? ['killed'] : []),
    ...(reason === null ? [] : [reason]),
  ];
  return words.join('  ');
}
