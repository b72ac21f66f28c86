/**
 * Every step boundary of a rollout: the moments at which a death is most likely to be noticed,
 * each seen in the box's journal as it happens (the first one on the command's own output).
 */
import type { IntentKind, JournalRecord } from '../../box/journal/records';
import type { Verb } from '../../domain/protocol/verbs';

export interface Boundary {
  readonly name: string;
  /** How often it comes in a rollout of six lockers. */
  readonly times: number;
  /** `verb`: of the job that the record belongs to, by its token. null: not seen in the journal. */
  readonly fits: ((record: JournalRecord, verb: string) => boolean) | null;
}

const LOCKERS = 6;

const begun = (verb: Verb, times = LOCKERS): Boundary => ({
  name: `${verb}-begun`,
  times,
  fits: (record) => record.kind === 'job' && record.verb === verb,
});
const done = (verb: Verb, times = LOCKERS): Boundary => ({
  name: `${verb}-done`,
  times,
  fits: (record, of) => record.kind === 'done' && of === verb,
});
const intended = (kind: IntentKind): Boundary => ({
  name: `${kind}-intended`,
  times: LOCKERS,
  fits: (record) => record.kind === 'intent' && record.intent.kind === kind,
});
const effected = (kind: IntentKind): Boundary => ({
  name: `${kind}-done`,
  times: LOCKERS,
  fits: (record) => record.kind === 'effect' && record.effect === kind,
});
const told = (kind: JournalRecord['kind'], name: string, times: number): Boundary => ({
  name,
  times,
  fits: (record) => record.kind === kind,
});

export const WORKFLOW_STARTED = 'workflow-started';
export const LEASE_RETURNED = 'lease-returned';

export const BOUNDARIES: readonly Boundary[] = [
  { name: WORKFLOW_STARTED, times: 1, fits: null },
  told('lease', 'lease-granted', 1),
  begun('stage', 1),
  done('stage', 1),
  begun('drain'),
  intended('quiesce'),
  effected('quiesce'),
  done('drain'),
  begun('update'),
  told('owed', 'owed', LOCKERS),
  intended('move'),
  intended('stop'),
  effected('stop'),
  intended('switch'),
  effected('switch'),
  intended('start'),
  effected('start'),
  done('update'),
  begun('verify'),
  told('paid', 'paid', LOCKERS),
  done('verify'),
  begun('settle', 1),
  done('settle', 1),
  told('lease-released', LEASE_RETURNED, 1),
];
