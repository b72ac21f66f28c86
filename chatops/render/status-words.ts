/** Where a rollout stands, in a few lines: the answer to `status`. Pure. */
import type { Finished, RolloutStatus } from '../../domain/model/status';
import { migrationText } from '../../domain/operator/migration-status';
import { plain, plural, shortened } from '../../domain/operator/plain-text';
import { endWords, lockerWords, stateWords } from './count-line';

const MAX_SENTENCE = 300;

export function statusWords(now: RolloutStatus | Finished): string {
  const to = now.release === null ? '' : ` → ${plain(now.release.label)}`;
  const head = `${now.box}${to}: ${stateWords(now.state)}`;
  return now.kind === 'finished' ? finishedWords(head, now) : runningWords(head, now);
}

function finishedWords(head: string, { counts, fault }: Finished): string {
  const ends = [`${counts.planned} planned`, ...endWords(counts)].join(', ');
  return [`${head}, ${ends}`, ...(fault === null ? [] : [`  ${short(fault.sentence)}`])].join('\n');
}

function runningWords(head: string, now: RolloutStatus): string {
  const { batch, lockers, failures, holds, pause, gate, planDigest, overlay } = now;
  const migrated = migrationText(now);
  const where = batch === null ? '' : `, batch ${batch.number} of ${batch.of}`;
  const plan =
    planDigest === null ? '' : `  plan ${planDigest.slice(0, 12)}${overlay === null ? '' : `, overlay ${overlay.number}`}`;
  return [
    `${head}${where}`,
    ...(lockers.length === 0 ? [] : [`  ${plural(lockers.length, 'locker')}: ${lockerWords(lockers)}`]),
    ...(lockers.length === 0 ? [] : [`  ${plural(failures.counted, 'failure')}, stops at ${failures.stopsAt}`]),
    ...(migrated === null ? [] : [`  migrations: ${migrated}`]),
    ...(plan === '' ? [] : [plan]),
    ...(gate === null ? [] : [`  batch ${gate.batch} waits for an approval`]),
    ...(pause === null ? [] : [`  paused by ${plain(pause.actor)}${pause.reason === null ? '' : `: ${short(pause.reason)}`}`]),
    ...holds.map(({ sentence }) => `  held: ${short(sentence)}`),
  ].join('\n');
}

const short = (text: string): string => shortened(plain(text), MAX_SENTENCE);
