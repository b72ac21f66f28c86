/**
 * What the scripts have in common: connect, take the lease as `local:<user>`, do something to many
 * lockers at once, say what became of each, sum up, leave a history record and give the lease back.
 */
import type { LockerName, Step } from '../../domain/model/ids';
import { formatDuration } from '../../domain/model/format-duration';
import type { Inventory } from '../../domain/model/inventory';
import { makeToken } from '../../domain/model/token';
import type { Verb, VerbParams, VerbResult } from '../../domain/protocol/verbs';
import { connectBox } from '../client/connect-box';
import type { Here } from '../client/connect-box';
import { openLockerd } from '../client/call-lockerd';
import type { Lockerd } from '../client/call-lockerd';
import { PRODUCT_DEFAULTS } from '../../domain/model/merge-policy';
import { localUser } from './arguments';

export interface Held {
  /** A changing request under this run's lease and a token of its own. */
  change<V extends Verb>(verb: V, step: Step, params: VerbParams<V>): Promise<VerbResult<V>>;
  readonly lockerd: Lockerd;
  readonly inventory: Inventory;
  say(line: string): void;
}

/** Each kind with its count, in the order in which they are told. */
export type Counts = Readonly<Record<string, number>>;
export interface Summary {
  readonly counts: Counts;
  /** Of the counts, those that make the script fail. */
  readonly bad: readonly string[];
  readonly release: string | null;
}

export async function holdBox(
  here: Here,
  run: { name: string; force: boolean },
  work: (held: Held) => Promise<Summary>,
): Promise<number> {
  const began = performance.now();
  const user = localUser();
  const lockerd = await openLockerd(await connectBox(here));
  try {
    const lease = await lockerd.call('take-lease', { holder: `local:${user}`, by: user, force: run.force });
    // A lease may outlive a lockerd; a token must never come again.
    const prefix = `local:${user}:${Date.now().toString(36)}`;
    const change: Held['change'] = (verb, step, params) => {
      const { locker } = params as { locker?: LockerName };
      const token = makeToken({ rollout: prefix, box: here.config.box, step, ...(locker ? { locker } : {}) });
      return lockerd.call(verb, params, {
        change: { token, holder: lease.holder, generation: lease.generation },
        onProgress: say,
      });
    };
    const inventory = await lockerd.call('inspect', { target: null });
    const summary = await work({ change, lockerd, inventory, say });
    const failed = summary.bad.some((kind) => (summary.counts[kind] ?? 0) > 0);
    const { counts, release } = summary;
    const state = `${run.name}: ${failed ? 'with failures' : 'done'}`;
    const rest = { summary: { state, release, counts: { ...counts }, by: user }, keepReleases: PRODUCT_DEFAULTS.keepReleases };
    const { owed } = await change('settle', 'settle', rest);
    await lockerd.call('release-lease', { holder: lease.holder, generation: lease.generation });
    process.stdout.write(`${run.name}: ${textOf(counts)} in ${formatDuration(performance.now() - began)}\n`);
    if (owed.length > 0) say(`still owed: ${owed.join(', ')}; \`lxc-start-all\` brings them up`);
    return failed ? 1 : 0;
  } finally {
    lockerd.close();
  }
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);

function textOf(counts: Counts): string {
  const said = Object.entries(counts).filter(([, count]) => count > 0);
  return said.length === 0 ? 'nothing to do' : said.map(([kind, count]) => `${count} ${kind}`).join(', ');
}

/** One word per locker, counted; a locker whose request fails is told and does not stop the others. */
export async function eachLocker(
  held: Held,
  lockers: readonly LockerName[],
  of: { readonly atOnce: number; readonly work: (locker: LockerName) => Promise<string> },
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  const waiting = [...lockers];
  let done = 0;
  const worker = async () => {
    for (let locker = waiting.shift(); locker !== undefined; locker = waiting.shift()) {
      const kind = await of.work(locker).catch((error: Error & { evidence?: readonly string[] }) => {
        held.say([`${locker}: ${error.message}`, ...(error.evidence ?? []).map((line) => `    ${line}`)].join('\n'));
        return 'failed';
      });
      counts[kind] = (counts[kind] ?? 0) + 1;
      done += 1;
      held.say(`[${done}/${lockers.length}] ${locker} ${kind}`);
    }
  };
  await Promise.all(Array.from({ length: of.atOnce }, worker));
  return counts;
}
