/** Which code answers which verb. Shapes and who needs a token: domain/protocol/verbs.ts. */
import type { z } from 'zod';
import type { VERBS, Verb, VerbResult } from '../../domain/protocol/verbs';
import { check } from '../check/check';
import type { Daemon } from '../daemon';
import { freezeChanges, thawChanges } from '../freeze/freeze-verbs';
import { readHistory } from '../history/history';
import { inspect } from '../inspect/inspect';
import type { Job } from '../jobs/job';
import type { ChangingVerb } from '../jobs/jobs';
import type { Job as JobRecord } from '../journal/records';
import { releaseLease, takeLease } from '../lease/lease-verbs';
import { receivePart } from '../release/incoming';
import { readLastStage } from '../release/last-stage';
import { resolveRelease } from '../release/resolve';
import { mirrorTips, takeIn } from '../release/take-in';
import { hear } from '../upkeep/hear';
import { addLocker } from './add-locker';
import { drain } from './drain';
import { link } from './link';
import { migrate } from './migrate';
import { settleMigration } from './settle-migration';
import { recallStage, recallUp } from './recall-goal';
import { recallMove } from './recall-move';
import { rehearse } from './rehearse';
import { crashLoops } from './crash-loops';
import { removeLocker } from './remove-locker';
import { restore } from './restore';
import { settle } from './settle';
import { stage } from './stage';
import { start } from './start';
import { stop } from './stop';
import { undrain } from './undrain';
import { update } from './update';
import { verify } from './verify';

type Changing = { [V in Verb]: (typeof VERBS)[V]['changing'] extends true ? V : never }[Verb];
export type Looking = Exclude<Verb, Changing>;
type Parsed<V extends Verb> = z.output<(typeof VERBS)[V]['params']>;

export const LOOKING: { readonly [V in Looking]: (daemon: Daemon, params: Parsed<V>) => Promise<VerbResult<V>> } = {
  inspect: (daemon, params) => inspect(daemon, daemon.journal.state(), params),
  check,
  resolve: resolveRelease,
  'mirror-tips': mirrorTips,
  'receive-part': receivePart,
  'take-in': takeIn,
  'take-lease': takeLease,
  'release-lease': releaseLease,
  'freeze-changes': freezeChanges,
  'thaw-changes': thawChanges,
  heartbeat: async (daemon, { tokens }) => {
    hear(daemon, ...tokens);
    return {};
  },
  'settle-migration': settleMigration,
  'last-stage': async (daemon) => ({ stage: await readLastStage(daemon) }),
  'crash-loops': (daemon) => crashLoops(daemon),
  history: async (daemon, { limit }) => ({ records: await readHistory(daemon, limit) }),
};

type Run<V extends Verb> = (daemon: Daemon, job: Job, params: Parsed<V>) => Promise<VerbResult<V>>;
const CHANGING: { readonly [V in Changing]: Run<V> } = {
  stage,
  rehearse,
  drain,
  undrain,
  update,
  restore,
  verify,
  stop,
  start,
  link,
  'add-locker': addLocker,
  'remove-locker': removeLocker,
  migrate,
  settle,
};

type Recall = (daemon: Daemon, finished: JobRecord, result: unknown) => unknown;
const RECALLS: { readonly [V in Changing]?: (daemon: Daemon, finished: JobRecord, result: VerbResult<V>) => unknown } = {
  update: recallMove,
  restore: recallMove,
  verify: recallUp,
  start: recallUp,
  stage: recallStage,
};

export function changingVerbs(daemon: () => Daemon): (verb: Verb) => ChangingVerb | undefined {
  return (verb) => {
    if (!Object.hasOwn(CHANGING, verb)) return undefined;
    // The door has parsed them by this verb's own schema.
    const run = CHANGING[verb as Changing] as (daemon: Daemon, job: Job, params: unknown) => Promise<unknown>;
    const does: ChangingVerb = { run: (job, params) => run(daemon(), job, params) };
    if (verb === 'undrain') return { ...does, hurries: 'drain' };
    // Nobody waits for its outcome any more: the rollout has come to its end.
    if (verb === 'settle') return { ...does, hurries: 'rehearse' };
    const recall = RECALLS[verb as Changing] as Recall | undefined;
    if (!recall) return does;
    return { ...does, recall: async (finished, result) => recall(daemon(), finished, result) };
  };
}
