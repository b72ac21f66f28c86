/** Asks one check of one locker once. Whatever comes of it is a value; what it means is judged in domain/check. */
import { differenceFrom } from '../../domain/check/meets';
import type { CheckAnswer } from '../../domain/check/judge-check';
import type { Check } from '../../domain/model/check';
import type { LockerName } from '../../domain/model/ids';
import type { BoxContext } from '../context';
import { askHttp } from '../locker/ask-http';
import type { Door } from '../locker/door';
import { evidenceOf } from '../run';

export interface Subject {
  readonly locker: LockerName;
  /** As words: why there is none. */
  readonly door: Door | string;
}

const MAX_DETAIL = 500;

export async function askCheck(box: BoxContext, subject: Subject, check: Check): Promise<CheckAnswer> {
  const { ask } = check;
  const answer = ask.kind === 'http' ? await askPath(subject, check, ask) : await runInLocker(box, subject, check, ask.argv);
  return answer.kind === 'pass' ? answer : { ...answer, detail: answer.detail.slice(0, MAX_DETAIL) };
}

type HttpAsk = Extract<Check['ask'], { kind: 'http' }>;

async function askPath({ door }: Subject, check: Check, { path, expect }: HttpAsk): Promise<CheckAnswer> {
  if (typeof door === 'string') return { kind: 'none', detail: door };
  const { timeoutMs } = check;
  const answer = await askHttp({ method: 'GET', door, path, timeoutMs });
  if (answer.kind !== 'answer') {
    const late = answer.kind === 'failed' && answer.timedOut === true && answer.local !== true;
    return late ? tooLate(check, answer.detail) : { kind: 'none', detail: answer.detail };
  }
  const different = differenceFrom(expect, answer);
  return different === null ? { kind: 'pass' } : { kind: 'fail', detail: `${different}; ${answer.detail}` };
}

/**
 * 75 is sysexits' EX_TEMPFAIL: a check that says so itself. null, 126, 127 and 255: it could not be run, or nobody could get
 * into the locker. Above 128: a signal ended it before it had said anything.
 */
const NO_ANSWER: ReadonlySet<number | null> = new Set([null, 75, 126, 127, 255]);
const [FIRST_SIGNAL, LAST_SIGNAL] = [129, 192];
const saysNothing = (code: number | null): boolean =>
  NO_ANSWER.has(code) || (code !== null && code >= FIRST_SIGNAL && code <= LAST_SIGNAL);

async function runInLocker(box: BoxContext, { locker }: Subject, check: Check, argv: readonly string[]): Promise<CheckAnswer> {
  const ran = await box.lxc.attach(locker, argv, check.timeoutMs);
  if (ran.code === 0 && !ran.timedOut) return { kind: 'pass' };
  const detail = evidenceOf(ran).join(' · ');
  if (ran.timedOut) return tooLate(check, detail);
  return { kind: saysNothing(ran.code) ? 'none' : 'fail', detail };
}

const tooLate = ({ onTimeout }: Check, detail: string): CheckAnswer => ({ kind: onTimeout === 'fail' ? 'fail' : 'none', detail });
