/** What listeners are told: one event at each change of a rollout's state, of the batch that waits, or of why it stands. Pure. */
import type { Finished, RolloutStatus } from '../../domain/model/status';

export interface RolloutEvent {
  /** `rollout.` and the state, with `_` for `-`. */
  readonly type: string;
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The same for what needs no event of its own. */
export function stateKey(now: RolloutStatus | Finished): string {
  if (now.kind === 'finished') return now.state;
  const { state, holds, pause, overlay, pointOfNoReturn = '-' } = now;
  const why = holds.map(({ reason, since }) => `${reason}@${since}`);
  return [state, askedKey(now) ?? '-', ...why, pause?.since ?? '-', overlay?.number ?? '-', pointOfNoReturn].join(' ');
}

/** Which question of which opening of a gate: another one after each reminder. null: nothing is asked. */
export function askedKey(now: RolloutStatus | Finished): string | null {
  if (now.kind === 'finished' || now.gate === null) return null;
  const { batch, opening = 0, reminders = 0 } = now.gate;
  return `${batch}${opening === 0 ? '' : `@${opening}`}${reminders === 0 ? '' : `#${reminders}`}`;
}

export function rolloutEvent(now: RolloutStatus | Finished, by: string | null, nowMs: number): RolloutEvent {
  const { box, rollout, state, release, counts } = now;
  const common = { box, rollout, state, release, by, counts };
  const data =
    now.kind === 'finished'
      ? { ...common, exceptions: now.exceptions.slice(0, 50), fault: now.fault }
      : { ...common, ...runningData(now) };
  return { type: `rollout.${state.replaceAll('-', '_')}`, timestamp: new Date(nowMs).toISOString(), data };
}

function runningData(now: RolloutStatus) {
  const { rollout, batch, failures, gate, planDigest, overlay, pause, asks, migrations = [], pointOfNoReturn = null } = now;
  const holds = now.holds.map(({ reason, sentence, liftedBy }) => ({ reason, sentence, liftedBy }));
  const common = { batch, failures, holds, pause, asks, migrations, pointOfNoReturn, reminders: gate?.reminders ?? 0 };
  if (gate === null || planDigest === null) return { ...common, answer: null };
  // What an approval has to name, ready to be sent back.
  return {
    ...common,
    answer: { rollout, batch: gate.batch, digest: planDigest, overlay: overlay?.number ?? 0, opening: gate.opening },
  };
}
