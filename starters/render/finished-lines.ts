/** How a rollout ended: the headline, the counts, each locker that is an exception, and the fault. */
import type { Finished } from '../../domain/model/status';
import { plain } from '../../domain/operator/plain-text';
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
  const { box, state, release, counts, exceptions, hooks, fault } = finished;
  const to = release === null ? '' : `: ${release.label}`;
  const head = paint(COLOURS[state], `${box} ${state.replaceAll('-', ' ')}${to}`);
  return [
    head,
    `  ${counts.planned} planned: ${countWords(counts)}`,
    ...exceptionLines(exceptions),
    ...hookLines(hooks),
    ...(fault === null ? [] : faultLines(fault, paint)),
  ];
}

const hookLines = (hooks: Finished['hooks'] = []): string[] =>
  hooks.flatMap(({ when, name, outcome, detail }) =>
    outcome === 'failed' ? [`  hook ${name} ${when} the rollout failed: ${plain(detail ?? 'it did not say why')}`] : [],
  );

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
