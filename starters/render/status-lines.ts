/**
 * The plain display: what changed between two looks, one line per change, each locker's end named.
 * The first look has nothing before it and tells where the rollout stands.
 */
import { formatDuration } from '../../domain/model/format-duration';
import type { LockerStatus, RolloutStatus } from '../../domain/model/status';
import { countWords, endedCount } from './count-words';

type Status = RolloutStatus;

export function statusLines(before: Status | null, now: Status): string[] {
  const lines = [
    ...stateLine(before, now),
    ...batchLine(before, now),
    ...lockerLines(before, now),
    ...pauseLine(before, now),
    ...holdLines(before, now),
    ...noteLines(before, now),
    ...asksLine(before, now),
  ];
  return lines.map((line) => `${now.box}: ${line}`);
}

/** The release is named when it is new to the reader. */
function stateLine(before: Status | null, now: Status): string[] {
  const news = before?.release?.id !== now.release?.id;
  if (before?.state === now.state && !news) return [];
  const to = now.release === null || !news ? '' : `, release ${now.release.label}`;
  return [`${now.state.replaceAll('-', ' ')}${to}`];
}

function batchLine(before: Status | null, now: Status): string[] {
  if (now.batch === null || before?.batch?.number === now.batch.number) return [];
  const done = `${endedCount(now.counts)} of ${now.counts.planned} ended: ${countWords(now.counts)}`;
  return [`batch ${now.batch.number} of ${now.batch.of} (${done})`];
}

function lockerLines(before: Status | null, now: Status): string[] {
  const known = new Map(before?.lockers.map((locker) => [locker.name, locker]));
  return now.lockers.flatMap((locker) => {
    const was = known.get(locker.name);
    if (locker.end !== null) return was?.end === locker.end || locker.batch === null ? [] : [endLine(locker)];
    const news = locker.stage === 'stuck' || locker.stage === 'inconclusive' || locker.stage === 'restoring';
    return news && was?.stage !== locker.stage ? [`${locker.name} ${locker.stage}${because(locker)}`] : [];
  });
}

function endLine(locker: LockerStatus): string {
  const down = locker.downMs === null ? '' : `, ${formatDuration(locker.downMs)} down`;
  return `${locker.name} ${locker.end}${down}${locker.killed ? ', killed' : ''}${because(locker)}`;
}

const because = ({ reason }: LockerStatus): string => (reason === null ? '' : `: ${reason}`);

function pauseLine(before: Status | null, now: Status): string[] {
  if (now.pause === null) return before?.pause ? [`pause lifted (it was ${before.pause.actor}'s)`] : [];
  if (before?.pause?.since === now.pause.since) return [];
  return [`paused by ${now.pause.actor}${now.pause.reason === null ? '' : `: ${now.pause.reason}`}`];
}

function holdLines(before: Status | null, now: Status): string[] {
  const known = new Set(before?.holds.map(({ reason, since }) => `${reason} ${since}`));
  return now.holds
    .filter(({ reason, since }) => !known.has(`${reason} ${since}`))
    .map(({ reason, sentence, liftedBy }) => `hold (${reason}): ${sentence}; lifted by ${liftedBy.join(', ')}`);
}

function noteLines(before: Status | null, now: Status): string[] {
  const known = new Set(before?.notes);
  return now.notes.filter((note) => !known.has(note)).map((note) => `note: ${note}`);
}

function asksLine(before: Status | null, now: Status): string[] {
  return now.asks === null || now.asks === before?.asks ? [] : [`asks: ${now.asks}`];
}
