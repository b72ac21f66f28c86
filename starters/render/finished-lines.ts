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
  return [
    head,
    `  ${counts.planned} planned: ${countWords(counts)}`,
    ...exceptionLines(exceptions),
    ...(fault === null ? [] : faultLines(fault, paint)),
  ];
}

/** Named one by one up to here; hundreds that ended alike are one line. */
const NAMED = 5;

function exceptionLines(exceptions: Finished['exceptions']): string[] {
  const groups = new Map<string, string[]>();
  for (const { locker, end, reason } of exceptions) {
    const what = `${end}: ${reason}`;
    groups.set(what, [...(groups.get(what) ?? []), locker]);
  }
  return [...groups].map(([what, lockers]) => {
    const more = lockers.length - NAMED;
    const names = more > 0 ? `${lockers.slice(0, NAMED).join(', ')} and ${more} more` : lockers.join(', ');
    return `  ${names}  ${what}`;
  });
}
