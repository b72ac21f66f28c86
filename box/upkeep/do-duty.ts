/** Does what is due for one locker, by the same verbs as everybody else. */
import type { LockerName } from '../../domain/model/ids';
import { PRODUCT_DEFAULTS } from '../../domain/model/merge-policy';
import { makeToken } from '../../domain/model/token';
import type { VerbParams } from '../../domain/protocol/verbs';
import type { Daemon } from '../daemon';
import { faultOf } from '../fault-of';
import { recordOf } from '../journal/state';
import { OWN_START_DEADLINE_MS, ownLimits } from '../lane/own-limits';
import { currentVersion } from '../release/versions';
import type { Duty } from './decide-upkeep';
import { UPKEEP_HOLDER } from './holder';
import type { Memory } from './memory';
import { rewindLocker } from './rewind';
import { noteCrash } from './watch-loop';

export async function doDuty(
  daemon: Daemon,
  memory: Memory,
  { locker, duty }: { locker: LockerName; duty: Duty },
): Promise<void> {
  switch (duty.kind) {
    case 'none':
      return;
    case 'note-wanted':
      return daemon.journal.append({ kind: 'wanted', locker, wanted: 'up' });
    case 'note-crash':
      return noteCrash(daemon, locker, 'it ended by itself');
    case 'note-dead':
      return noteDead(daemon, memory, { locker, why: duty.why });
    case 'restart':
      return restart(daemon, memory, locker);
    case 'reopen':
      daemon.log(`${locker}: nobody speaks for its quiesce any more: undone`);
      await ask(daemon, memory, { verb: 'undrain', params: { locker } });
      return;
    case 'rewind':
      // It may be down again by the next look: that is a crash of its own.
      memory.wasUp.set(locker, await rewindLocker(daemon, locker));
      return;
    case 'bring-up':
      return bringUp(daemon, memory, { locker, because: duty.because });
  }
}

async function noteDead(daemon: Daemon, memory: Memory, { locker, why }: { locker: LockerName; why: string }): Promise<void> {
  const seen = memory.life.get(locker);
  if (seen) seen.told = true;
  return noteCrash(daemon, locker, `its application died, its init lives on: ${why}`);
}

/** By the move that a restore is, to the version that it is on: owed while it is down, once, and through the start lane. */
async function restart(daemon: Daemon, memory: Memory, locker: LockerName): Promise<void> {
  const toVersion = await currentVersion(daemon, locker);
  if (toVersion === null) return;
  daemon.log(`${locker}: its application is dead, and it is restarted`);
  const lane = ownLimits(daemon.config);
  const params = { locker, toVersion, stop: PRODUCT_DEFAULTS.stop, lane, startDeadlineMs: OWN_START_DEADLINE_MS };
  try {
    const { kind, evidence = [] } = (await ask(daemon, memory, { verb: 'restore', params })) as Came;
    if (UP.has(kind)) await daemon.journal.append({ kind: 'paid', locker });
    else await noteCrash(daemon, locker, evidence.join(' · '));
  } catch (error) {
    const fault = faultOf(error);
    if (fault.code !== 'Fenced') await noteCrash(daemon, locker, fault.message);
  }
}

async function bringUp(daemon: Daemon, memory: Memory, at: { locker: LockerName; because: 'owed' | 'down' }): Promise<void> {
  const { locker, because } = at;
  daemon.log(`${locker} is ${because === 'owed' ? 'owed, and its rollout is silent' : 'wanted up'}: brought up`);
  const params = { locker, lane: ownLimits(daemon.config), startDeadlineMs: OWN_START_DEADLINE_MS };
  try {
    const { kind, evidence = [] } = await startOrGoBack(daemon, memory, params);
    const isUp = UP.has(kind);
    if (!isUp) await noteCrash(daemon, locker, evidence.join(' · '));
    // It may be down again by the next look: that is a crash of its own.
    memory.wasUp.set(locker, isUp);
  } catch (error) {
    const fault = faultOf(error);
    // A newer holder came, or the box could not ask: whatever it is, the next round looks again, and it is no crash.
    if (fault.code !== 'Fenced' && fault.code !== 'ProbeImpossible') await noteCrash(daemon, locker, fault.message);
  }
}

interface Came {
  readonly kind: string;
  readonly evidence?: readonly string[];
}
const UP: ReadonlySet<string> = new Set(['serving', 'already']);

/** Where its data stand between two versions, they are taken back to the one that it came from; that needs nobody's word. */
async function startOrGoBack(daemon: Daemon, memory: Memory, params: StartParams): Promise<Came> {
  try {
    return (await ask(daemon, memory, { verb: 'start', params })) as Came;
  } catch (error) {
    const { owed } = recordOf(daemon.journal.state(), params.locker);
    if (faultOf(error).code !== 'ReleaseTooOld' || owed === null || owed.from === null) throw error;
    daemon.log(`${params.locker}: its data fit no version; taken back to version ${owed.from}`);
    const back = { ...params, toVersion: owed.from, stop: PRODUCT_DEFAULTS.stop };
    return (await ask(daemon, memory, { verb: 'restore', params: back })) as Came;
  }
}

type StartParams = VerbParams<'start'> & { readonly locker: LockerName };

type Own =
  | { readonly verb: 'start'; readonly params: StartParams }
  | { readonly verb: 'restore'; readonly params: VerbParams<'restore'> & { readonly locker: LockerName } }
  | { readonly verb: 'undrain'; readonly params: { readonly locker: LockerName } };

function ask(daemon: Daemon, memory: Memory, { verb, params }: Own): Promise<unknown> {
  memory.jobs += 1;
  // A token must never come again: not after a restart of lockerd either.
  const rollout = `${UPKEEP_HOLDER}:${daemon.startedAt.toString(36)}`;
  const token = makeToken({ rollout, box: daemon.config.box, locker: params.locker, cycle: memory.jobs, step: verb });
  const generation = Math.max(1, daemon.journal.state().generation);
  return daemon.jobs.own({ token, verb, params, holder: UPKEEP_HOLDER, generation });
}
