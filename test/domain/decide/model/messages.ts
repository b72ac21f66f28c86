/** What people say, right and wrong, as it comes to the door; and what they say when they want to help. */
import type { MessageEvent } from '../../../../domain/decide/rollout-event';
import type { LockerName } from '../../../../domain/model/ids';
import type { Plan } from '../../../../domain/model/plan';
import type { Hold, Progress } from '../../../../domain/model/progress';
import type { OperatorMessage } from '../../../../domain/operator/operator-message';
import type { RolloutView } from '../../../../domain/operator/rollout-view';
import { STARTER } from './draw-plan';

export interface Said {
  readonly message: OperatorMessage;
  readonly event: MessageEvent;
}

export const viewOf = (plan: Plan, progress: Progress, now: number): RolloutView => ({
  box: plan.box,
  rollout: '11111111-1111-4111-8111-111111111111',
  by: STARTER,
  phase: 'walking',
  plan,
  progress,
  now,
});

const ANN = 'ann@desk';
/** Whom nobody asks. */
const EVE = 'eve@desk';
/** As its reason, so that it is known again behind the door. */
export const OF_ANOTHER_PLAN = 'of another plan, or of other rules';
const of = (actor: string) => ({ actor, reason: 'as it is' });

export function answerGate(
  kind: 'approve' | 'reject',
  batch: number,
  at: { plan: Plan; progress: Progress; actor?: string },
): Said {
  const { plan, progress, actor = ANN } = at;
  const overlay = progress.overlay?.number ?? 0;
  return {
    message: { kind, batch, planDigest: plan.digest, actor, overlay },
    event: { kind, ...of(actor), batch },
  };
}
/** Given while looking at something else. */
function misread(plan: Plan, progress: Progress, batch: number): Said {
  const { message, event } = answerGate('approve', batch, { plan, progress });
  const other = progress.overlay ? { overlay: progress.overlay.number - 1 } : { planDigest: 'f'.repeat(64) as Plan['digest'] };
  return { message: { ...message, ...other }, event: { ...event, reason: OF_ANOTHER_PLAN } };
}
export const simply = (kind: 'resume' | 'abort' | 'rollBack' | 'pause'): Said => ({
  message: { kind },
  event: { kind, ...of(ANN) },
});
export const retry = (locker: LockerName, how: 'wait' | 'kill'): Said => ({
  message: { kind: 'retryLocker', locker },
  event: { kind: 'retryLocker', ...of(ANN), locker, how },
});

interface Draw {
  readonly what: number;
  readonly who: number;
  readonly how: number;
}

export function messageOf(plan: Plan, progress: Progress, { what, who, how }: Draw, now: number): Said {
  const waiting = plan.lockers.filter(({ name }) => progress.lockers[name]?.stage === 'waiting');
  // Half of the time one that it can be about.
  const among = how % 2 === 0 && waiting.length > 0 ? waiting : plan.lockers;
  const locker = among[who % among.length]?.name ?? ('l01' as LockerName);
  const actor = how % 3 === 0 ? STARTER : how % 7 === 0 ? EVE : ANN;
  const batch = how % 4 === 0 ? (how % 5) + 1 : (progress.gate?.batch ?? 2);
  switch (what % 20) {
    case 0:
    case 1:
    case 2:
    case 3:
      return how % 5 === 0 ? misread(plan, progress, batch) : answerGate('approve', batch, { plan, progress, actor });
    case 4:
      return answerGate('reject', batch, { plan, progress, actor });
    case 5:
      return simply('pause');
    case 6: {
      const until = now + (how % 120) * 1_000 + 1;
      return { message: { kind: 'pause', until }, event: { kind: 'pause', ...of(actor), until } };
    }
    case 7:
      return simply(how % 8 === 0 ? 'abort' : 'resume');
    case 8:
      return simply(how % 4 === 0 ? 'rollBack' : 'resume');
    case 9: {
      const rules = {
        maxDown: (how % 6) + 1,
        ...(how % 2 === 0 && { gates: how % 4 === 0 ? [] : [(how % 4) + 1] }),
        ...(how % 3 === 0 && { soakMs: how }),
      };
      return { message: { kind: 'adjust', rules }, event: { kind: 'adjust', ...of(actor), rules } };
    }
    case 10:
    case 13:
    case 14:
      if (what % 20 > 10 && !progress.rollback) return simply('resume');
      return { message: { kind: 'skipLocker', locker }, event: { kind: 'skipLocker', ...of(actor), locker } };
    case 11:
    case 12:
      return retry(locker, how % 2 === 0 ? 'wait' : 'kill');
    default:
      return simply('resume');
  }
}

/** Does what the hold names. */
export function liftOf(way: Hold['liftedBy'][number], hold: Hold, at: { plan: Plan; progress: Progress }): Said {
  switch (way) {
    case 'approve':
      return answerGate('approve', at.progress.gate?.batch ?? 0, at);
    case 'retryLocker':
      return retry(hold.locker ?? ('nobody' as LockerName), 'kill');
    case 'resume':
    case 'rollBack':
    case 'abort':
      break;
  }
  return simply(way);
}
