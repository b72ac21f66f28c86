/**
 * I2: each token takes effect at most once, and none of an older generation after a newer one. A
 * job that lockerd's end cut off is taken up from its intents, so that the same intent may come
 * again; what it has once done, and what it has answered for, may not.
 */
import type { JournalRecord } from '../../../box/journal/records';
import { UPKEEP_HOLDER } from '../../../box/upkeep/holder';
import type { Evidence } from './evidence';
import { violationOf } from './violation';
import type { Violation } from './violation';
import { walkJournal } from './walk-journal';
import type { KnownJob, Step } from './walk-journal';

const violation = violationOf('I2');

interface Box {
  lease: { readonly holder: string; readonly generation: number } | null;
  generation: number;
  /** Of each locker: whose switch it was, and where to. */
  readonly switched: Map<string, string>;
}
type Rule = (step: Step & { readonly job: KnownJob }, box: Box) => string | null;

export function judgeTokens({ journal, since }: Evidence): Violation[] {
  const box: Box = { lease: null, generation: 0, switched: new Map() };
  const found: Violation[] = [];
  for (const step of walkJournal(journal)) {
    followLease(box, step.record);
    const { job } = step;
    if (job === null) continue;
    const sentences = RULES.map((rule) => rule({ ...step, job }, box)).filter((sentence) => sentence !== null);
    if (step.at >= since) found.push(...sentences.map((sentence) => violation(sentence, JSON.stringify(step.record))));
    followSwitch(box, step);
  }
  return found;
}

function followLease(box: Box, record: JournalRecord): void {
  if (record.kind === 'lease') box.lease = record.lease;
  if (record.kind === 'snapshot') ({ lease: box.lease, generation: box.generation } = record.state);
  if (record.kind === 'lease-released' && box.lease?.generation === record.generation) box.lease = null;
  box.generation = Math.max(box.generation, box.lease?.generation ?? 0);
}

function followSwitch(box: Box, { record, job }: Step): void {
  if (record.kind !== 'effect' || job?.locker == null || (record.effect !== 'switch' && record.effect !== 'link')) return;
  const last = job.intents.findLast(({ kind }) => kind === record.effect);
  if (last && 'to' in last) box.switched.set(job.locker, `${record.token} to ${last.to}`);
}

const tokenOf = (record: JournalRecord): string => ('token' in record ? record.token : '');

const RULES: readonly Rule[] = [
  ({ record, job, isNew }) =>
    record.kind === 'job' && !isNew && job.end === 'done' ? `${tokenOf(record)} is run again after it was done` : null,
  ({ record, job }) => (record.kind === 'intent' && job.end !== null ? `${tokenOf(record)} goes on after it has ended` : null),
  ({ record, job }, { generation }) =>
    record.kind === 'intent' && job.generation < generation
      ? `${tokenOf(record)} of generation ${job.generation} changes something after generation ${generation} came`
      : null,
  acceptedWithoutLease,
  doneTwice,
  switchedTwice,
];

/** lockerd's own upkeep asks nobody, and a job that was cut off is taken up by lockerd itself. */
function acceptedWithoutLease({ record, job, isNew }: Parameters<Rule>[0], { lease, generation }: Box): string | null {
  if (record.kind !== 'job' || record.holder === UPKEEP_HOLDER || (!isNew && job.end === null)) return null;
  if (lease?.holder === record.holder && record.generation === generation) return null;
  const who = lease ? `${lease.holder} held the box with generation ${generation}` : 'nobody held the box';
  return `${record.token} of ${record.holder} with generation ${record.generation} was accepted when ${who}`;
}

/** By what each effect would have to be another one. */
function doneTwice({ record, job }: Parameters<Rule>[0]): string | null {
  if (record.kind !== 'intent') return null;
  const key = keyOf(record.intent);
  const before = job.intents.filter((intent) => intent.done && key !== null && keyOf(intent) === key);
  return before.length > 0 ? `${record.token} does a second time: ${key}` : null;
}

/** Unless another one has switched it elsewhere in between: then it is due again. */
function switchedTwice({ record, job }: Parameters<Rule>[0], { switched }: Box): string | null {
  if (record.kind !== 'intent' || record.intent.kind !== 'switch' || job.locker === null) return null;
  const again = switched.get(job.locker) === `${record.token} to ${record.intent.to}`;
  return again ? `${record.token} does a second time: switch to version ${record.intent.to}` : null;
}

/** null: may be done any number of times. */
function keyOf(intent: KnownJob['intents'][number] | Extract<JournalRecord, { kind: 'intent' }>['intent']): string | null {
  if (intent.kind === 'start') return `start of version ${intent.version} in boot ${intent.bootId}`;
  if (intent.kind !== 'stop' || !intent.signal) return null;
  return `stop of init ${intent.init.pid} (${intent.init.startTime}) in boot ${intent.bootId}`;
}
