/** The journal record by record, each with what was known of its job just before it. Pure. */
import type { Intent, JournalRecord } from '../../../box/journal/records';
import { lockerOf } from '../../../domain/model/token';
import type { Verb } from '../../../domain/protocol/verbs';

export interface KnownJob {
  readonly verb: Verb;
  readonly holder: string;
  readonly locker: string | null;
  /** Of the newest holder that it was accepted from or adopted by. */
  readonly generation: number;
  /** How it ended last; null: it runs, or lockerd ended under it. */
  readonly end: 'done' | 'failed' | null;
  /** All that it ever intended, oldest first. */
  readonly intents: readonly (Intent & { readonly done: boolean })[];
}

export interface Step {
  readonly at: number;
  readonly record: JournalRecord;
  /** Of the record's token, before the record; for one that is accepted the first time: as it is accepted. null: not about a job. */
  readonly job: KnownJob | null;
  readonly isNew: boolean;
}

export function* walkJournal(journal: readonly JournalRecord[]): Generator<Step> {
  const jobs = new Map<string, KnownJob>();
  for (const record of journal) {
    if (record.kind === 'snapshot') for (const job of record.state.jobs) jobs.set(job.token, fromSnapshot(job));
    const at = Date.parse(record.at);
    if (!('token' in record)) {
      yield { at, record, job: null, isNew: false };
      continue;
    }
    const known = jobs.get(record.token);
    const job = known ?? (record.kind === 'job' ? accepted(record, []) : null);
    yield { at, record, job, isNew: known === undefined };
    if (job) jobs.set(record.token, next(job, record));
  }
}

type OfJob = Extract<JournalRecord, { token: unknown; kind: string }>;
type Accepted = Extract<JournalRecord, { kind: 'job' }>;

const accepted = ({ verb, holder, token, generation }: Accepted, intents: KnownJob['intents']): KnownJob => ({
  verb,
  holder,
  locker: lockerOf(token),
  generation,
  end: null,
  intents,
});

function next(job: KnownJob, record: OfJob): KnownJob {
  if (record.kind === 'job') return accepted(record, job.intents);
  if (record.kind === 'adopted') return { ...job, generation: Math.max(job.generation, record.generation) };
  if (record.kind === 'intent') return { ...job, intents: [...job.intents, { ...record.intent, done: false }] };
  if (record.kind === 'effect') return { ...job, intents: withDone(job.intents, record.effect) };
  return { ...job, end: record.kind };
}

function withDone(intents: KnownJob['intents'], effect: string): KnownJob['intents'] {
  const last = intents.findLastIndex(({ kind }) => kind === effect);
  return intents.map((intent, index) => (index === last ? { ...intent, done: true } : intent));
}

function fromSnapshot(job: Extract<JournalRecord, { kind: 'snapshot' }>['state']['jobs'][number]): KnownJob {
  const { verb, holder, token, generation, end, intents } = job;
  const known = intents.map(({ intent, done }) => ({ ...intent, done }));
  return { verb, holder, locker: lockerOf(token), generation, end: end?.kind ?? null, intents: known };
}
