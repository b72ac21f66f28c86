/** Where a rollout is, by what its box has written down about it. Pure. */
import type { JournalRecord } from '../../box/journal/records';
import type { Verb } from '../../domain/protocol/verbs';
import type { Phase } from './contract';

/** The first of these that has an open job names the phase: a locker that is down says more than one that is proven. */
const BY_VERB: readonly (readonly [Verb, Phase])[] = [
  ['stage', 'staging'],
  ['update', 'updating'],
  ['restore', 'updating'],
  ['drain', 'draining'],
  ['verify', 'verifying'],
  ['settle', 'settling'],
];

/** `records`: of the rollout alone, from its lease on. */
export function phaseOf(records: readonly JournalRecord[]): Phase {
  if (records.some(({ kind }) => kind === 'lease-released')) return 'ended';
  const open = new Map<string, Verb>();
  let last: Verb | undefined;
  for (const record of records) {
    if (record.kind === 'job') open.set(record.token, record.verb);
    else if (record.kind === 'done' || record.kind === 'failed') {
      last = open.get(record.token) ?? last;
      open.delete(record.token);
    }
  }
  const verbs = new Set(open.values());
  const running = BY_VERB.find(([verb]) => verbs.has(verb))?.[1];
  return running ?? between(last);
}

/** Nothing runs on the box: it waits for the next request. */
function between(last: Verb | undefined): Phase {
  if (last === 'verify') return 'soaking';
  return BY_VERB.find(([verb]) => verb === last)?.[1] ?? 'planning';
}
