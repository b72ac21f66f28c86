/**
 * At most once (design §4): a token that runs is attached to, one that is finished gives its
 * result for as long as that holds, one that was cut off by lockerd's own end is taken up from its
 * intents. A job goes on whoever leaves.
 */
import { Fault } from '../../domain/faults';
import type { LockerName, Token } from '../../domain/model/ids';
import { VERBS } from '../../domain/protocol/verbs';
import type { Verb } from '../../domain/protocol/verbs';
import type { Journal } from '../journal/journal';
import type { Job as JobRecord, NewRecord } from '../journal/records';
import { checkLease } from '../lease/lease-rules';
import { faultOf } from '../fault-of';
import { makeJob } from './job';
import type { Job } from './job';
import { makeTurns } from './turns';

export interface Asked {
  readonly token: Token;
  readonly verb: Verb;
  readonly params: unknown;
  readonly holder: string;
  readonly generation: number;
}

/** What a verb does, and whether an earlier result of it is still true. */
export interface ChangingVerb {
  run(job: Job, params: unknown): Promise<unknown>;
  /** A running job of that verb on the same locker is asked to come to its end. */
  readonly hurries?: Verb;
  /** The stored result, or what it came to since, or that its goal is to be reached again. Without it the stored result is given. */
  recall?(finished: JobRecord, result: unknown): Promise<unknown>;
}

/** Of `recall`: the result no longer holds, nobody else came after it, and the verb may simply do it again. */
export const AGAIN = Symbol('again');

export interface RunningJob {
  readonly token: Token;
  readonly verb: Verb;
  readonly locker: LockerName | null;
  readonly hurry: AbortController;
}

export interface Jobs {
  ask(asked: Asked, onProgress: (line: string) => void): Promise<unknown>;
  /** lockerd's own upkeep: asks nobody for a lease, and yields to a newer holder like everybody. */
  own(asked: Asked): Promise<unknown>;
  /** Goes on with what an earlier life of lockerd left with a locker half way. */
  takeUp(job: JobRecord): Promise<unknown>;
  running(): readonly RunningJob[];
  /** When it is over, however. */
  ended(token: Token): Promise<void>;
}

interface Live extends RunningJob {
  readonly listeners: Set<(line: string) => void>;
  outcome: Promise<unknown>;
}

export interface JobsParts {
  readonly journal: Journal;
  readonly verbs: (verb: Verb) => ChangingVerb | undefined;
  readonly log: (line: string) => void;
}

export function makeJobs({ journal, verbs, log }: JobsParts): Jobs {
  const live = new Map<Token, Live>();
  /** Jobs on the whole box share the turn of null. */
  const turns = makeTurns<LockerName | null>();

  const begin = (asked: Asked, verb: ChangingVerb): Live => {
    const { token, params } = asked;
    const listeners = new Set<(line: string) => void>();
    const hurry = new AbortController();
    const entry: Live = { token, verb: asked.verb, locker: lockerOf(params), hurry, listeners, outcome: Promise.resolve() };
    const say = (line: string) => listeners.forEach((listener) => listener(line));
    const job = makeJob({ token, verb: asked.verb, holder: asked.holder, journal, say, hurry: hurry.signal });
    for (const other of live.values()) if (other.verb === verb.hurries && other.locker === entry.locker) other.hurry.abort();
    live.set(token, entry);
    const work = async () => {
      job.check();
      return VERBS[asked.verb].result.parse(await verb.run(job, params)) as unknown;
    };
    entry.outcome = accept(asked)
      .then(() => turns(entry.locker, work))
      .then(
        (result) => finish(asked, result),
        (error: unknown) => fail(asked, error),
      )
      .finally(() => live.delete(token));
    return entry;
  };

  /** Field by field: one that is taken up comes with its whole record, which no journal of its own reads as a job. */
  const accept = ({ token, verb, params, holder, generation }: Asked) =>
    journal.append({ kind: 'job', token, verb, params, holder, generation } satisfies NewRecord);
  const finish = async ({ token }: Asked, result: unknown) => {
    await journal.append({ kind: 'done', token, result });
    return result;
  };
  const fail = async ({ token }: Asked, error: unknown): Promise<never> => {
    const fault = faultOf(error);
    log(`${token}: ${fault.message} ${fault.evidence.join(' | ')}`);
    // The disk may be the fault itself; an unfinished job is taken up again just as well.
    await journal.append({ kind: 'failed', token, fault: fault.details }).catch((more: unknown) => log(String(more)));
    throw fault;
  };

  const join = async (entry: Live, onProgress: (line: string) => void) => {
    entry.listeners.add(onProgress);
    return entry.outcome.finally(() => entry.listeners.delete(onProgress));
  };

  return {
    running: () => [...live.values()],
    ended: async (token) => {
      await live.get(token)?.outcome.catch(() => {});
    },
    own: (asked) => begin(asked, need(verbs, asked.verb)).outcome,
    takeUp: (job) => begin(job, need(verbs, job.verb)).outcome,
    ask: async (asked, onProgress) => {
      const verb = need(verbs, asked.verb);
      checkLease(journal.state(), asked);
      const entry = live.get(asked.token);
      const earlier = journal.state().jobs.get(asked.token);
      const known = entry ?? earlier;
      if (known && known.verb !== asked.verb) throw otherVerb(asked, known.verb);
      if (entry) return join(entry, onProgress);
      if (earlier?.end?.kind !== 'done') return join(begin(asked, verb), onProgress);
      const { result } = earlier.end;
      const now = verb.recall ? await verb.recall(earlier, result) : result;
      if (now !== AGAIN) return now;
      return join(live.get(asked.token) ?? begin(asked, verb), onProgress);
    },
  };
}

function need(verbs: JobsParts['verbs'], verb: Verb): ChangingVerb {
  const found = verbs(verb);
  if (!found) throw new Fault('BadRequest', `${verb} is no verb that changes something.`);
  return found;
}

function otherVerb({ token, verb }: Asked, known: Verb): Fault {
  return new Fault('BadRequest', `Token ${token} was used for ${known} and is now asked for ${verb}.`);
}

/** null: the whole box's. */
export function lockerOf(params: unknown): LockerName | null {
  return (params as { locker?: LockerName }).locker ?? null;
}
