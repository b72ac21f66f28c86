/** Whose answer opens a gate. */
import { STARTER } from '../draw-plan';
import { OF_ANOTHER_PLAN } from '../messages';
import type { Rule } from '../step';

/** To the gate that stands, for the plan and the rules that were looked at, by somebody who is asked. */
export const onlyARightAnswerCounts: Rule =
  (plan) =>
  ({ origin, event, before }) => {
    if (origin !== 'door' || (event.kind !== 'approve' && event.kind !== 'reject')) return null;
    const { actor, batch, reason } = event;
    if (reason === OF_ANOTHER_PLAN) return `${event.kind} of another plan is let in`;
    if (batch !== before.gate?.batch)
      return `${event.kind} of batch ${batch} is let in, and ${before.gate?.batch ?? 'none'} waits`;
    if (event.kind === 'reject') return null;
    const { approvers, fourEyes } = plan.policy;
    if (approvers && !approvers.includes(actor.split('@')[0] ?? '')) return `${actor} approves, and is not asked`;
    return fourEyes && actor === STARTER ? `${actor} approves what he has started` : null;
  };
