/**
 * A gate that nobody answers says so again and again, until somebody does: while it waits, and while
 * the rollout holds since nobody answered. It never approves anything. Pure. Invariant: one note for
 * each time that went by, however often it is asked; clocks stop in a pause, since a pause moves `since`.
 */
import { formatDuration } from '../model/format-duration';
import type { Plan } from '../model/plan';
import type { Gate, Progress } from '../model/progress';
import { addNote } from './change-progress';

/** Epoch milliseconds of the next one; null: nobody is to be reminded. */
export function reminderDueAt({ policy }: Plan, { gate, pause, holds, abort, fault, rollback }: Progress): number | null {
  const { remindEveryMs = null } = policy;
  if (remindEveryMs === null || !gate || pause || abort || fault || rollback) return null;
  // A rejected batch was answered; what else holds asks for something else first.
  if (holds.some(({ reason }) => reason !== 'gate-timeout')) return null;
  return gate.since + ((gate.reminders ?? 0) + 1) * remindEveryMs;
}

export function remind(plan: Plan, progress: Progress, now: number): Progress {
  const due = reminderDueAt(plan, progress);
  const { gate } = progress;
  const every = plan.policy.remindEveryMs ?? null;
  if (due === null || gate === null || every === null || now < due) return progress;
  // Times that went by unseen are one reminder.
  const reminders = Math.floor((now - gate.since) / every);
  const reminded: Progress = { ...withoutLast(progress, gate), gate: { ...gate, reminders, remindedAt: now } };
  return addNote(reminded, noteOf(gate, formatDuration(reminders * every)), now);
}

const noteOf = ({ batch }: Gate, waited: string): string => `${beginOf(batch)} for ${waited}: nobody has answered yet`;
const beginOf = (batch: number): string => `batch ${batch} has waited for an approval`;

/** A week of them would push out what happened before. */
function withoutLast(progress: Progress, { batch, remindedAt }: Gate): Progress {
  if (remindedAt === undefined) return progress;
  const notes = progress.notes.filter(({ at, text }) => at !== remindedAt || !text.startsWith(beginOf(batch)));
  return { ...progress, notes };
}
