/**
 * How long a rollout took to go on after the mending, as a multiple of the heartbeat timeout:
 * until its next *request* to the box, since lockerd finishes what it has begun without us. Pure.
 */
import type { JournalRecord } from '../../box/journal/records';
import { UPKEEP_HOLDER } from '../../box/upkeep/holder';

/** workflows/activity-proxies.ts. */
const HEARTBEAT_TIMEOUT_MS = 15_000;

/** null: no request was left to make. */
export function recoveryOf(records: readonly JournalRecord[], mendedAt: number): number | null {
  const known = new Set<string>();
  for (const record of records) {
    if (Date.parse(record.at) >= mendedAt && isRequest(record, known)) {
      return (Date.parse(record.at) - mendedAt) / HEARTBEAT_TIMEOUT_MS;
    }
    if (record.kind === 'job') known.add(record.token);
  }
  return null;
}

/** What lockerd does unasked is none: its own upkeep, and the jobs that it takes up after its start, which it writes down again. */
function isRequest(record: JournalRecord, known: ReadonlySet<string>): boolean {
  if (record.kind === 'lease-released') return true;
  return record.kind === 'job' && record.holder !== UPKEEP_HOLDER && !known.has(record.token);
}
