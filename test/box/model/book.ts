/**
 * What the durable lines of a journal say, read by other eyes than the product's own: no schema, no
 * shared fold. Lines count when they can no longer be lost.
 */
export interface BookJob {
  readonly token: string;
  readonly verb: string;
  readonly locker: string | null;
  readonly holder: string;
  readonly params: Readonly<Record<string, unknown>>;
  generation: number;
  readonly intents: BookIntent[];
  end: { readonly kind: 'done' | 'failed'; readonly result: unknown } | null;
  /** The record of its locker when it was accepted last. */
  before: BookLocker | null;
}
export interface BookIntent {
  readonly number: number;
  readonly kind: string;
  readonly said: Readonly<Record<string, unknown>>;
  done: boolean;
}
export interface BookLocker {
  readonly wanted: 'up' | 'down' | null;
  readonly owed: { readonly token: string; readonly from: number | null; readonly to: number | null } | null;
  readonly parked: object | null;
  readonly next: number | null;
  readonly quiesced: object | null;
}
export interface Book {
  lease: { readonly holder: string; readonly generation: number } | null;
  generation: number;
  freeze: object | null;
  readonly jobs: Map<string, BookJob>;
  readonly lockers: Map<string, BookLocker>;
  lines: number;
}

type Line = Readonly<Record<string, unknown>> & { readonly kind: string };

const NOTHING: BookLocker = { wanted: null, owed: null, parked: null, next: null, quiesced: null };

export const emptyBook = (): Book => ({
  lease: null,
  generation: 0,
  freeze: null,
  jobs: new Map(),
  lockers: new Map(),
  lines: 0,
});

export const lockerIn = (book: Book, locker: string): BookLocker => book.lockers.get(locker) ?? NOTHING;

export function readLine(book: Book, text: string): Line {
  const line = JSON.parse(text) as Line;
  book.lines += 1;
  if ('locker' in line) readLocker(book, line);
  else if ('token' in line) readJob(book, line);
  else readBox(book, line);
  return line;
}

function readBox(book: Book, line: Line): void {
  if (line.kind === 'lease') {
    book.lease = line['lease'] as Book['lease'];
    book.generation = Math.max(book.generation, book.lease?.generation ?? 0);
  }
  if (line.kind === 'lease-released' && book.lease?.generation === line['generation']) book.lease = null;
  if (line.kind === 'freeze') book.freeze = line['freeze'] as object | null;
  if (line.kind === 'snapshot') readSnapshot(book, line['state'] as Snapshot);
}

function readLocker(book: Book, line: Line): void {
  const name = line['locker'] as string;
  const change: Partial<Record<string, Partial<BookLocker>>> = {
    wanted: { wanted: line['wanted'] as 'up' | 'down' },
    owed: { owed: line['owed'] as BookLocker['owed'] },
    paid: { owed: null },
    parked: { parked: line['parked'] as object | null },
    next: { next: line['version'] as number | null },
    quiesced: { quiesced: line['quiesced'] as object | null },
  };
  book.lockers.set(name, { ...lockerIn(book, name), ...change[line.kind] });
}

function readJob(book: Book, line: Line): void {
  const token = line['token'] as string;
  const known = book.jobs.get(token);
  if (line.kind === 'job') return accept(book, line, known);
  if (!known) return;
  if (line.kind === 'adopted') known.generation = Math.max(known.generation, line['generation'] as number);
  if (line.kind === 'intent') known.intents.push(intentOf(line['intent'] as { kind: string }, book.lines, false));
  if (line.kind === 'effect') {
    const last = known.intents.findLast(({ kind }) => kind === line['effect']);
    if (last) last.done = true;
  }
  if (line.kind === 'done') known.end = { kind: 'done', result: line['result'] };
  if (line.kind === 'failed') known.end = { kind: 'failed', result: line['fault'] };
}

const intentOf = (said: { kind: string }, number: number, done: boolean): BookIntent => ({
  number,
  kind: said.kind,
  said: said,
  done,
});

function accept(book: Book, line: Line, known: BookJob | undefined): void {
  const { token, verb, holder, generation } = line as unknown as BookJob;
  const params = line['params'] as BookJob['params'];
  const locker = (params['locker'] as string | undefined) ?? null;
  const before = locker === null ? null : lockerIn(book, locker);
  book.jobs.delete(token);
  book.jobs.set(token, { token, verb, locker, holder, params, generation, intents: known?.intents ?? [], end: null, before });
}

interface Snapshot {
  readonly lease: Book['lease'];
  readonly generation: number;
  readonly freeze: object | null;
  readonly jobs: readonly (Omit<BookJob, 'intents' | 'end'> & {
    readonly intents: readonly { readonly intent: { kind: string }; readonly done: boolean }[];
    readonly end: { kind: 'done'; result: unknown } | { kind: 'failed'; fault: unknown } | null;
  })[];
  readonly lockers: readonly (readonly [string, BookLocker])[];
}

function readSnapshot(book: Book, { lease, generation, freeze, jobs, lockers }: Snapshot): void {
  Object.assign(book, { lease, generation, freeze });
  book.jobs.clear();
  book.lockers.clear();
  for (const [name, { wanted, owed, parked, next, quiesced }] of lockers)
    book.lockers.set(name, { wanted, owed, parked, next, quiesced });
  for (const job of jobs) {
    const locker = (job.params['locker'] as string | undefined) ?? null;
    // In the order of their jobs: that of their lines is gone.
    const intents = job.intents.map(({ intent, done }) => intentOf(intent, (book.lines += 1), done));
    const end = job.end && { kind: job.end.kind, result: job.end.kind === 'done' ? job.end.result : job.end.fault };
    book.jobs.set(job.token, { ...job, locker, intents, end, before: locker === null ? null : lockerIn(book, locker) });
  }
}
