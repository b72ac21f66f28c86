/**
 * Brings a locker back to its former version, once, through the start lane, by the same restore as
 * a rollout's. It was recorded before (watch-loop.ts) and is asked for by its one token until it is
 * known what it came to, whatever dies between; whoever takes the box meanwhile has the locker.
 */
import type { LockerName } from '../../domain/model/ids';
import { PRODUCT_DEFAULTS } from '../../domain/model/merge-policy';
import type { UpdateOutcome } from '../../domain/model/outcome';
import type { Daemon } from '../daemon';
import { faultOf } from '../fault-of';
import type { NewRecord, Rewind } from '../journal/records';
import { recordOf } from '../journal/state';
import { OWN_START_DEADLINE_MS, ownLimits } from '../lane/own-limits';
import { currentVersion, readRevision } from '../release/versions';
import { UPKEEP_HOLDER } from './holder';
import { tellHistory } from './watch-loop';

/** Whether it serves on its former version now. */
export async function rewindLocker(daemon: Daemon, locker: LockerName): Promise<boolean> {
  const rewind = recordOf(daemon.journal.state(), locker).rewind ?? null;
  if (rewind === null || rewind.end !== null) return false;
  const current = await currentVersion(daemon, locker);
  if (current !== rewind.from && current !== rewind.to) return end(daemon, { locker, rewind, came: 'overtaken' });
  try {
    const came = meaningOf(await restoreTo(daemon, locker, rewind), await currentVersion(daemon, locker), rewind);
    return came === 'later' ? false : await end(daemon, { locker, rewind, came });
  } catch (error) {
    const { code, message } = faultOf(error);
    // A newer holder has the locker now; when the box is free again, it is looked where it stands.
    if (code === 'Fenced') return false;
    return end(daemon, { locker, rewind, came: `failed: ${message}` });
  }
}

function restoreTo(daemon: Daemon, locker: LockerName, { token, to }: Rewind): Promise<UpdateOutcome> {
  const lane = ownLimits(daemon.config);
  const stop = PRODUCT_DEFAULTS.stop;
  const params = { locker, toVersion: to, stop, lane, startDeadlineMs: OWN_START_DEADLINE_MS };
  const generation = Math.max(1, daemon.journal.state().generation);
  return daemon.jobs.own({ token, verb: 'restore', params, holder: UPKEEP_HOLDER, generation }) as Promise<UpdateOutcome>;
}

/** `later`: nothing was stopped, and it is asked for again. */
function meaningOf(outcome: UpdateOutcome, current: number | null, { to }: Rewind): string {
  switch (outcome.kind) {
    case 'serving':
    case 'already':
    case 'linked':
      return 'serving';
    case 'no-start-slot':
      return 'later';
    case 'superseded':
      // Somebody else, the dead-man most often, has brought it up half way.
      return current === to ? 'serving' : 'overtaken';
    case 'not-serving':
    case 'not-migrated':
    case 'stop-timed-out':
    case 'not-idle':
      break;
  }
  return `failed: ${outcome.kind}`;
}

interface Came {
  readonly locker: LockerName;
  readonly rewind: Rewind;
  readonly came: string;
}

/** Up again by its first good probe, as after any start of lockerd's own: then nobody owes it. */
async function end(daemon: Daemon, { locker, rewind, came }: Came): Promise<boolean> {
  const paid: NewRecord[] = came === 'serving' ? [{ kind: 'paid', locker }] : [];
  await daemon.journal.append({ kind: 'rewind', locker, rewind: { ...rewind, end: came } }, ...paid);
  daemon.log(`${locker}: brought back from version ${rewind.from} to ${rewind.to}: ${came}`);
  const revision = await readRevision(daemon, locker, rewind.to);
  await tellHistory(daemon, {
    kind: 'rewind',
    state: `${locker} brought back: ${came}`,
    release: revision?.release.label ?? null,
  });
  return came === 'serving';
}
