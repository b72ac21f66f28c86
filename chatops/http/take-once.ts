/**
 * A signed request is acted upon once: that it was taken is on the disk before anything is done, and with its answer after.
 * So a copy of it, the sender's own or somebody else's, gets the same answer or none, also from the next process.
 */
import type { ChatJournal } from '../outbox/chat-journal';
import type { Acted } from '../commands/act';

export interface Once {
  readonly journal: ChatJournal;
  readonly request: string;
  readonly untilMs: number;
  readonly log: (line: string) => void;
}

export type Taking =
  | { readonly kind: 'first'; readonly acted: Acted }
  /** `acted` null: nobody knows how it ended. */
  | { readonly kind: 'again'; readonly acted: Acted | null };

export async function takeOnce({ journal, request, untilMs, log }: Once, work: () => Promise<Acted>): Promise<Taking> {
  const before = journal.state.taken.get(request);
  if (before !== undefined) return { kind: 'again', acted: before.answer };
  const taken = { kind: 'taken', request, until: untilMs } as const;
  journal.append({ ...taken, answer: null });
  const acted = await guarded(work, log);
  journal.append({ ...taken, answer: acted });
  return { kind: 'first', acted };
}

/** Whoever asked is told of a failure of ours too. */
async function guarded(work: () => Promise<Acted>, log: (line: string) => void): Promise<Acted> {
  try {
    return await work();
  } catch (error) {
    log(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return { done: false, answer: `It went wrong: ${error instanceof Error ? error.message : String(error)}` };
  }
}
