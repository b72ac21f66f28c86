/**
 * Records → state. `makeFolder` keeps one growing state, because copying thousands of jobs for
 * each record would make the start of lockerd slow; `foldJournal` is the pure view of it.
 */
import type { LockerName, Token } from '../../domain/model/ids';
import type { Freeze } from '../../domain/model/freeze';
import type { Lease } from '../../domain/model/lease';
import type { MigrationRecord } from '../../domain/model/migration';
import type { Job, JournalRecord, LockerRecord } from './records';
import { NO_RECORD, migrationKey } from './state';
import type { BoxState } from './state';

interface Growing {
  lease: Lease | null;
  generation: number;
  bootId: string | null;
  freeze: Freeze | null;
  jobs: Map<Token, Job>;
  lockers: Map<LockerName, LockerRecord>;
  migrations: Map<string, MigrationRecord>;
}

export interface Folder {
  readonly state: BoxState;
  add(record: JournalRecord): void;
}

export function makeFolder(): Folder {
  const [jobs, lockers, migrations] = [new Map(), new Map(), new Map()];
  const state: Growing = { lease: null, generation: 0, bootId: null, freeze: null, jobs, lockers, migrations };
  return { state, add: (record) => apply(state, record) };
}

export function foldJournal(records: Iterable<JournalRecord>): BoxState {
  const folder = makeFolder();
  for (const record of records) folder.add(record);
  return folder.state;
}

function apply(state: Growing, record: JournalRecord): void {
  if ('locker' in record) {
    const before = state.lockers.get(record.locker) ?? NO_RECORD;
    state.lockers.set(record.locker, { ...before, ...lockerChange(record, before) });
  } else if ('token' in record) {
    const job = nextJob(state.jobs.get(record.token), record);
    // A job that is tried again after a fault counts as the latest: it is put last.
    if (record.kind === 'job') state.jobs.delete(record.token);
    if (job) state.jobs.set(record.token, job);
  } else applyToBox(state, record);
}

function applyToBox(state: Growing, record: Exclude<JournalRecord, OfJob | OfLocker>): void {
  switch (record.kind) {
    case 'journal':
      break;
    case 'snapshot':
      restore(state, record.state);
      break;
    case 'lease':
      state.lease = record.lease;
      state.generation = Math.max(state.generation, record.lease.generation);
      break;
    case 'lease-released':
      if (state.lease?.generation === record.generation) state.lease = null;
      break;
    case 'boot':
      state.bootId = record.bootId;
      break;
    case 'freeze':
      state.freeze = record.freeze;
      break;
    case 'migration':
      state.migrations.set(migrationKey(record.migration), record.migration);
      break;
  }
}

type OfJob = Extract<JournalRecord, { token: Token }>;
type OfLocker = Extract<JournalRecord, { locker: LockerName }>;

function nextJob(job: Job | undefined, record: OfJob): Job | undefined {
  if (record.kind === 'job') {
    const { token, verb, params, holder, generation, at } = record;
    // Tried again after a fault: what was intended before still counts.
    return { token, verb, params, holder, generation, since: at, intents: job?.intents ?? [], end: null };
  }
  return job && { ...job, ...jobChange(job, record) };
}

type JobEvent = Exclude<OfJob, { kind: 'job' }>;
type Changes<R extends { kind: string }, To> = {
  readonly [K in R['kind']]: (record: Extract<R, { kind: K }>, before: To) => Partial<To>;
};

const JOB_CHANGES: Changes<JobEvent, Job> = {
  adopted: ({ generation }, job) => ({ generation: Math.max(job.generation, generation) }),
  intent: ({ at, intent }, job) => ({ intents: [...job.intents, { at, intent, done: false }] }),
  effect: ({ effect }, job) => ({ intents: markDone(job.intents, effect) }),
  done: ({ at, result }) => ({ end: { kind: 'done', at, result } }),
  failed: ({ at, fault }) => ({ end: { kind: 'failed', at, fault } }),
};

const jobChange = (job: Job, record: JobEvent): Partial<Job> =>
  (JOB_CHANGES[record.kind] as (record: JobEvent, before: Job) => Partial<Job>)(record, job);

function markDone(intents: Job['intents'], effect: string): Job['intents'] {
  const last = intents.findLastIndex(({ intent }) => intent.kind === effect);
  return intents.map((entry, index) => (index === last ? { ...entry, done: true } : entry));
}

const LOCKER_CHANGES: Changes<OfLocker, LockerRecord> = {
  wanted: ({ wanted }) => ({ wanted }),
  owed: ({ owed }) => ({ owed }),
  paid: () => ({ owed: null }),
  parked: ({ parked }) => ({ parked }),
  next: ({ version }) => ({ next: version }),
  quiesced: ({ quiesced }) => ({ quiesced }),
  crashed: ({ at, version, why }, { crashes, crashedOn }) => {
    // Those on another version say nothing of this one.
    const known = version === undefined || crashedOn === undefined || version === crashedOn ? crashes : [];
    return {
      crashes: [...known, at].slice(-CRASHES_KEPT),
      lastWords: why.slice(0, 300),
      ...(version !== undefined && { crashedOn: version }),
    };
  },
  'crash-loop': ({ at, version }) => ({ loop: { version, at } }),
  moved: ({ moved }) => ({ moved }),
  rewind: ({ rewind }) => ({ rewind }),
};

/** More than a crash loop needs to be seen, and to be told how fast it goes. */
const CRASHES_KEPT = 12;

const lockerChange = (record: OfLocker, before: LockerRecord): Partial<LockerRecord> =>
  (LOCKER_CHANGES[record.kind] as (record: OfLocker, before: LockerRecord) => Partial<LockerRecord>)(record, before);

function restore(state: Growing, snapshot: Extract<JournalRecord, { kind: 'snapshot' }>['state']): void {
  state.lease = snapshot.lease;
  state.generation = snapshot.generation;
  state.bootId = snapshot.bootId;
  state.freeze = snapshot.freeze;
  state.jobs = new Map(snapshot.jobs.map((job) => [job.token, job]));
  state.lockers = new Map(snapshot.lockers);
  state.migrations = new Map(snapshot.migrations.map((migration) => [migrationKey(migration), migration]));
}
