/**
 * What follows from a crash that was just noted: three in five minutes on one version are a crash
 * loop, which is journaled and written into the history, and which may bring the locker back to
 * its former version. What is to be done is recorded before anything is, in one write.
 */
import type { LockerName } from '../../domain/model/ids';
import { makeToken } from '../../domain/model/token';
import type { Daemon } from '../daemon';
import { addHistory } from '../history/history';
import type { NewRecord } from '../journal/records';
import { recordOf } from '../journal/state';
import { currentVersion, readRevision } from '../release/versions';
import { readLastStage } from '../release/last-stage';
import { isCrashLoop } from './decide-upkeep';
import { UPKEEP_HOLDER } from './holder';
import { irreversibleSince } from './irreversible-since';
import { mayRewind } from './may-rewind';
import type { Verdict } from './may-rewind';

/** A loop that goes on is told again, not at each of its crashes. */
const TOLD_AGAIN_MS = 60 * 60_000;

export async function noteCrash(daemon: Daemon, locker: LockerName, why: string): Promise<void> {
  const version = await currentVersion(daemon, locker);
  await daemon.journal.append({ kind: 'crashed', locker, why: why.slice(0, 1_000), version });
  const { crashes } = recordOf(daemon.journal.state(), locker);
  const loop = isCrashLoop(crashes, daemon.now());
  daemon.log(`${locker} is down${loop ? `, a crash loop (${crashes.length} times)` : ''}: ${why}`);
  if (loop) await onLoop(daemon, locker, version);
}

async function onLoop(daemon: Daemon, locker: LockerName, current: number | null): Promise<void> {
  const { loop = null } = recordOf(daemon.journal.state(), locker);
  const isNew = loop?.version !== current || daemon.now() - Date.parse(loop.at) >= TOLD_AGAIN_MS;
  const verdict = await verdictOf(daemon, locker, current);
  const records: NewRecord[] = [
    ...(isNew ? [{ kind: 'crash-loop' as const, locker, version: current }] : []),
    ...(verdict.kind === 'rewind' ? [rewindRecord(daemon, locker, verdict)] : []),
  ];
  if (records.length > 0) await daemon.journal.append(...records);
  if (!isNew) return;
  const then = verdict.kind === 'rewind' ? `brought back to version ${verdict.to}` : `left on it: ${verdict.because}`;
  daemon.log(`${locker} is in a crash loop on version ${current ?? 'none'}; ${then}`);
  const revision = current === null ? null : await readRevision(daemon, locker, current);
  await tellHistory(daemon, {
    kind: 'crash-loop',
    state: `${locker} crashes; ${then}`,
    release: revision?.release.label ?? null,
  });
}

async function verdictOf(daemon: Daemon, locker: LockerName, current: number | null): Promise<Verdict> {
  const state = daemon.journal.state();
  const record = recordOf(state, locker);
  const stage = await readLastStage(daemon);
  const wanted = stage?.target.rewind === true;
  const former = record.moved?.from ?? null;
  const irreversible = wanted && former !== null ? await irreversibleSince(daemon, { locker, former }) : [];
  return mayRewind({ record, current, wanted, held: state.lease !== null, frozen: state.freeze !== null, irreversible });
}

/** Once for a version: so is its token, and lockerd asks with it until it is known what it came to. */
function rewindRecord(daemon: Daemon, locker: LockerName, { from, to }: { from: number; to: number }): NewRecord {
  const { box } = daemon.config;
  const token = makeToken({ rollout: `${UPKEEP_HOLDER}:rewind`, box, locker, cycle: from, step: 'restore' });
  return { kind: 'rewind', locker, rewind: { from, to, token, since: new Date(daemon.now()).toISOString(), end: null } };
}

export function tellHistory(
  daemon: Daemon,
  { kind, state, release }: { kind: 'crash-loop' | 'rewind'; state: string; release: string | null },
): Promise<void> {
  const by = UPKEEP_HOLDER;
  return addHistory(daemon, { kind, since: null, holder: by, by, state, release, counts: {}, takenFrom: null });
}
