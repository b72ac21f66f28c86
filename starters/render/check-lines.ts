/** The outcome of each check, one line a locker where all pass and one more for each that does not. */
import { formatDuration } from '../../domain/model/format-duration';
import { plain } from '../../domain/operator/plain-text';
import type { ChecksAnswer } from '../../activities/contract';
import type { Colour, Paint } from './paint';

type Outcome = ChecksAnswer['lockers'][number]['checks'][number]['outcome'];

const COLOURS: Readonly<Record<Outcome, Colour>> = { pass: 'green', fail: 'red', inconclusive: 'yellow' };
const ORDER: readonly Outcome[] = ['pass', 'fail', 'inconclusive'];

export function checkLines(box: string, { lockers }: ChecksAnswer, paint: Paint): string[] {
  const width = Math.max(0, ...lockers.map(({ locker }) => locker.length));
  const rows = lockers.map(({ locker, checks }) => {
    const words = checks.map(
      ({ name, outcome, tookMs }) => `${name} ${paint(COLOURS[outcome], outcome)} (${formatDuration(tookMs)})`,
    );
    const details = checks.flatMap(({ name, outcome, asked, detail }) =>
      outcome === 'pass' ? [] : [`  ${' '.repeat(width)}  ${name}, asked ${asked} times: ${plain(detail ?? 'nothing was said')}`],
    );
    return [`  ${locker.padEnd(width)}  ${words.join(', ')}`, ...details];
  });
  return [`${box}: ${countWords(lockers)}`, ...rows.flat()];
}

function countWords(lockers: ChecksAnswer['lockers']): string {
  const worst = lockers.map(({ checks }) => worstOf(checks.map(({ outcome }) => outcome)));
  const words = ORDER.map((outcome) => `${worst.filter((one) => one === outcome).length} ${outcome}`);
  return `${lockers.length} ${lockers.length === 1 ? 'locker' : 'lockers'} checked: ${words.join(', ')}`;
}

export function worstOf(outcomes: readonly Outcome[]): Outcome {
  if (outcomes.includes('fail')) return 'fail';
  return outcomes.includes('inconclusive') ? 'inconclusive' : 'pass';
}
