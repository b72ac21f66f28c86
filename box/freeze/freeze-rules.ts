/** What a freeze of changes forbids: everything that takes a locker down or lays something new beside it. Pure. */
import { Fault } from '../../domain/faults';
import type { Freeze } from '../../domain/model/freeze';
import type { Verb } from '../../domain/protocol/verbs';

/** The others lead back up or look only: an outage that was begun is ended whatever is frozen. */
const FORBIDDEN: ReadonlySet<Verb> = new Set<Verb>([
  'stage',
  'rehearse',
  'drain',
  'update',
  'stop',
  'link',
  'add-locker',
  'remove-locker',
  'migrate',
]);

/** Throws ChangesFrozen. Whoever froze may still act: that is what he froze for. */
export function checkFreeze(freeze: Freeze | null, { verb, holder }: { verb: Verb; holder: string }): void {
  if (freeze === null || holder === freeze.by || !FORBIDDEN.has(verb)) return;
  throw new Fault('ChangesFrozen', sentenceOf(freeze));
}

export const sentenceOf = ({ by, since, reason }: Freeze): string =>
  `Changes on this box are frozen by ${by} since ${since}: ${reason}.`;
