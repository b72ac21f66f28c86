/** The rollout of one run as its box writes it down: the records from its lease on. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { JournalRecord } from '../../box/journal/records';
import type { JournalTail } from './journal-tail';
import type { Moment } from './moment';

/** A boundary is gone in a few milliseconds. */
const LOOK_EVERY_MS = 4;
/** A rollout that holds before its moment comes, for whatever reason, is not waited for. */
const THERE_WITHIN_MS = 240_000;

export interface RolloutWatch {
  /** Reads on; all records of the rollout so far. */
  look(): Promise<readonly JournalRecord[]>;
  /** False: the command ended first, or it never came. */
  until(moment: Moment, command: CommandSeen): Promise<boolean>;
  /** The rollout's id; null: it has not taken the box. */
  holder(): string | null;
}

/** What the command that starts the rollout has shown so far. */
export interface CommandSeen {
  started(): boolean;
  ended(): boolean;
}

const isLease = (record: JournalRecord) => record.kind === 'lease' && !record.lease.holder.startsWith('local:');

/** Only what is written from now on counts. */
export async function watchRollout(tail: JournalTail): Promise<RolloutWatch> {
  await tail.read();
  const records: JournalRecord[] = [];
  const look = async () => {
    const fresh = await tail.read();
    const from = records.length > 0 ? 0 : fresh.findIndex(isLease);
    if (from >= 0) records.push(...fresh.slice(from));
    return records;
  };
  return {
    look,
    holder: () => (records[0]?.kind === 'lease' ? records[0].lease.holder : null),
    until: async (moment, command) => {
      const until = performance.now() + THERE_WITHIN_MS;
      while (!command.ended() && performance.now() < until) {
        await look();
        if (isThere(moment, records, command)) return true;
        await sleep(LOOK_EVERY_MS);
      }
      return false;
    },
  };
}

function isThere(moment: Moment, records: readonly JournalRecord[], command: CommandSeen): boolean {
  const [lease] = records;
  if (moment.kind === 'delay') return lease !== undefined && Date.now() - Date.parse(lease.at) >= moment.ms;
  const { fits } = moment.boundary;
  if (fits === null) return command.started();
  return records.filter((record) => fits(record, verbOf(record))).length >= moment.occurrence;
}

/** The last part of a token. */
function verbOf(record: JournalRecord): string {
  return 'token' in record ? (record.token.split('/').at(-1) ?? '') : '';
}
