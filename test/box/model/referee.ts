/**
 * Judges every effect at the moment at which it happens, by what is durable then and by what was
 * done before: whoever decided it, and whatever lockerd believes.
 */
import type { Book, BookIntent, BookJob, BookLocker } from './book';
import { emptyBook, lockerIn, readLine } from './book';
import type { Effect, Lockers } from './lockers';
import type { VirtualTime } from './virtual-time';

export interface Referee {
  readonly book: Book;
  /** Lockers that a stop left down, as somebody was told, and that nobody asked to start since. */
  readonly mustStayDown: Set<string>;
  readonly violations: string[];
  readonly trace: string[];
  readonly say: (line: string) => void;
  readonly blame: (invariant: string, detail: string) => void;
  readonly lines: (lines: readonly string[], afresh: boolean) => void;
  readonly effect: (effect: Effect) => void;
}

export interface RefereeParts {
  readonly time: VirtualTime;
  readonly lockers: () => Lockers;
  readonly bootId: () => string;
}

interface Found {
  readonly job: BookJob;
  readonly intent: BookIntent;
}

export function makeReferee({ time, lockers, bootId }: RefereeParts): Referee {
  const book = emptyBook();
  const violations: string[] = [];
  const trace: string[] = [];
  const mustStayDown = new Set<string>();
  const signalled = new Set<string>();
  /** Of a locker, just before the token that owes it did so. */
  const beforeOwed = new Map<string, { record: BookLocker; ran: boolean }>();
  const say = (line: string) => void trace.push(`${time.now() % 10_000_000} ${line}`);
  const blame = (invariant: string, detail: string) => {
    say(`!! ${invariant}: ${detail}`);
    violations.push(`${invariant}: ${detail}`);
  };

  const found = (kinds: readonly string[], locker: string, fits: (said: BookIntent['said']) => boolean): Found | null => {
    let best: Found | null = null;
    for (const job of book.jobs.values()) {
      if (job.locker !== locker && job.locker !== null) continue;
      for (const intent of job.intents) {
        if (!kinds.includes(intent.kind) || !fits(intent.said)) continue;
        if (best === null || rank({ job, intent }) > rank(best)) best = { job, intent };
      }
    }
    return best;
  };

  const announced = (effect: Effect, kinds: readonly string[], fits: (said: BookIntent['said']) => boolean): Found | null => {
    const it = found(kinds, effect.locker, fits);
    const what = `${effect.kind} of ${effect.locker}`;
    if (!it) blame('a durable intent precedes each effect', what);
    else if (it.intent.done && effect.kind !== 'unquiesce')
      blame('no token takes effect twice', `${what} by ${it.job.token}, which had done it`);
    if (it && it.job.generation < book.generation)
      blame(
        'nothing is done for an older generation',
        `${what} by ${it.job.token} of ${it.job.generation}, box at ${book.generation}`,
      );
    return it;
  };

  const judge = (effect: Effect): void => {
    const record = lockerIn(book, effect.locker);
    switch (effect.kind) {
      case 'signal': {
        const of = isOf(effect, bootId());
        const it = announced(effect, ['stop'], (said) => of(said) && said['signal'] === true);
        const key = keyOf(effect);
        if (signalled.has(key)) blame('one halt signal a life', `${effect.locker} ${key}, by ${it?.job.token}`);
        signalled.add(key);
        if (record.owed === null && record.parked === null && record.wanted !== 'down')
          blame('whoever finds a locker down knows why', `${effect.locker} is signalled by ${it?.job.token}`);
        return;
      }
      case 'kill': {
        const it = announced(effect, ['kill'], isOf(effect, bootId()));
        if (it) judgeKill(effect, it.job);
        return;
      }
      case 'start': {
        const it = announced(effect, ['start'], (said) => said['bootId'] === bootId());
        if (it) judgeStart(effect.locker, it);
        return;
      }
      case 'switch':
        announced(effect, ['switch', 'link'], (said) => said['to'] === effect.to);
        return;
      case 'thaw':
        announced(effect, ['thaw'], () => true);
        return;
      case 'quiesce':
        announced(effect, ['quiesce'], isOf(effect, bootId()));
        return;
      case 'unquiesce':
        announced(effect, ['unquiesce'], () => true);
        return;
    }
  };

  const judgeKill = (effect: Extract<Effect, { kind: 'kill' }>, job: BookJob) => {
    const stop = job.intents.findLast(({ kind, said }) => kind === 'stop' && isOf(effect, bootId())(said));
    const rule =
      (job.params['stop'] as { onTimeout?: string } | undefined)?.onTimeout ?? (job.verb === 'start' ? 'kill' : 'none');
    if (!stop || time.now() < Date.parse(stop.said['deadline'] as string))
      blame('no kill before the deadline of a stop', `${effect.locker} by ${job.token}`);
    if (rule !== 'kill') blame('no kill where the policy holds', `${effect.locker} by ${job.token}`);
  };

  const judgeStart = (locker: string, { job, intent }: Found) => {
    const done = job.intents.filter((one) => one.kind === 'start' && one.done);
    const same = done.filter(({ said }) => said['bootId'] === bootId() && said['version'] === intent.said['version']);
    if (same.length > 0)
      blame('no token takes effect twice', `${job.token} starts ${locker} again on ${String(intent.said['version'])}`);
    if (mustStayDown.has(locker) && job.verb === 'start' && job.holder === 'lockerd')
      blame('only a request starts what was stopped', `${locker} by ${job.token}`);
    if (job.verb === 'start' && job.holder === 'lockerd' && job.before && isMeantDown(job.before))
      blame('only a request starts what was stopped', `${locker} by ${job.token}`);
    if (job.verb === 'start') return;
    const before = beforeOwed.get(`${job.token} ${locker}`);
    if (before && isMeantDown(before.record) && !before.ran)
      blame('only a request starts what was stopped', `${locker} by ${job.token}`);
  };

  const beforeLine = (text: string) => {
    const line = JSON.parse(text) as {
      kind: string;
      locker: string;
      owed?: { token: string };
      lease?: { generation: number };
      from?: string;
    };
    if (line.kind === 'owed' && line.owed) {
      const it = lockers().named(line.locker);
      beforeOwed.set(`${line.owed.token} ${line.locker}`, {
        record: lockerIn(book, line.locker),
        ran: it.init !== null || it.justEnded,
      });
      it.answered = false;
    }
    if (line.kind === 'paid' && lockerIn(book, line.locker).owed !== null) paid(line.locker);
    if (line.kind === 'lease' && line.lease) {
      if (book.lease !== null && line.from === null)
        blame('the lease is the lock', `granted ${JSON.stringify(line.lease)} over ${book.lease.holder}`);
      if (line.lease.generation <= book.generation) blame('generations only grow', JSON.stringify(line.lease));
    }
  };
  /** What is paid has proven itself; or a person wants it down, and the line after says so. */
  const unproven = new Set<string>();
  const paid = (locker: string) => {
    if (!lockers().named(locker).answered) unproven.add(locker);
  };

  return {
    book,
    mustStayDown,
    violations,
    trace,
    say,
    blame,
    effect: (effect) => {
      say(`   effect ${JSON.stringify(effect)}`);
      judge(effect);
    },
    lines: (lines, afresh) => {
      const known = afresh ? [...book.jobs.values()] : [];
      if (afresh) emptied(book);
      for (const line of lines) {
        if (!afresh) beforeLine(line);
        readLine(book, line);
        if (!afresh) say(`   line ${line.slice(34, 260)}`);
      }
      for (const { token, generation, holder } of known)
        if (!book.jobs.has(token) && generation >= book.generation && holder !== 'lockerd')
          blame('no token is forgotten while it may come again', token);
      for (const locker of unproven)
        if (lockerIn(book, locker).wanted !== 'down') blame('owed until proven up', `${locker} was paid and never answered`);
      unproven.clear();
    },
  };
}

function emptied(book: Book): void {
  book.jobs.clear();
  book.lockers.clear();
  Object.assign(book, { ...emptyBook(), jobs: book.jobs, lockers: book.lockers });
}

const isMeantDown = ({ owed, parked, wanted }: BookLocker) => owed === null && (parked !== null || wanted === 'down');

/** Of several that announce the same, it is the newest that is under way. */
const rank = ({ job, intent }: Found): number => intent.number + (job.end === null && !intent.done ? 1_000_000 : 0);

type OfInit = Extract<Effect, { init: unknown }>;
const keyOf = ({ init }: OfInit) => `${init.pid}@${init.startTime}`;

function isOf({ init }: OfInit, bootId: string): (said: BookIntent['said']) => boolean {
  return (said) => {
    const of = said['init'] as { pid: number; startTime: string };
    return said['bootId'] === bootId && of.pid === init.pid && of.startTime === init.startTime;
  };
}
