/** How a rollout ended: the headline, the counts, each locker that is an exception, and the fault. */
import type { Finished } from '../../domain/model/status';
import { countWords } from './count-words';
import { faultLines } from './fault-lines';
import type { Colour, Paint } from './paint';

const COLOURS: Readonly<Record<Finished['state'], Colour>> = {
  succeeded: 'green',
  'completed-with-exceptions': 'yellow',
  aborted: 'yellow',
  'rolled-back': 'yellow',
  failed: 'red',
};

export function finishedLines(finished: Finished, paint: Paint): string[] {
  const { box, state, release, counts, exceptions, fault } = finished;
  const to = release === null ? '' : `: ${release.label}`;
  const head = paint(COLOURS[state], `${box} ${state.replaceAll('-', ' ')}${to}`);
  const width = Math.max(0, ...exceptions.map(({ locker }) => locker.length));
  return [
    head,
    `  ${counts.planned} planned: ${countWords(counts)}`,
    ...exceptions.map(({ locker, end, reason }) => `  ${locker.padEnd(width)}  ${end}: ${reason}`),
    ...(fault === null ? [] : faultLines(fault, paint)),
  ];
}
