/** The two buttons of a gate that waits; what they carry is what a click is bound to. Pure. */
import type { Finished, RolloutStatus } from '../../domain/model/status';
import type { ApprovalBrief } from '../../domain/operator/approval-brief';
import { plural, shortened } from '../../domain/operator/plain-text';
import type { ButtonValue } from '../commands/button';
import type { Block } from './block';

const ASKING: readonly RolloutStatus['state'][] = ['waiting-for-approval', 'held'];

export function answerButtons(now: RolloutStatus | Finished, brief: ApprovalBrief | null): Block[] {
  if (now.kind === 'finished' || now.gate === null || now.planDigest === null || !ASKING.includes(now.state)) return [];
  const { box, rollout, gate, planDigest, overlay, holds } = now;
  const value: ButtonValue = {
    v: 1,
    box,
    rollout,
    batch: gate.batch,
    digest: planDigest,
    overlay: overlay?.number ?? 0,
    opening: gate.opening,
  };
  const size = now.lockers.filter((locker) => locker.batch === gate.batch).length;
  const begins = `Batch ${gate.batch} on ${box} begins: ${plural(size, 'locker')}.${forGood(now, brief)}`;
  const holdsThen = `The rollout on ${box} holds until it is approved or aborted.`;
  const yes = button('approve', { text: `Approve batch ${gate.batch}`, style: 'primary', value, sure: begins });
  const no = button('reject', { text: 'Reject', style: 'danger', value, sure: holdsThen });
  const rejected = holds.some(({ reason }) => reason === 'rejected');
  return [{ type: 'actions', block_id: 'answer', elements: rejected ? [yes] : [yes, no] }];
}

/** Said once more where the finger is: Slack asks before it sends the click. */
function forGood({ pointOfNoReturn }: RolloutStatus, brief: ApprovalBrief | null): string {
  const ids = (brief?.next.migrations ?? []).filter(({ reversible }) => !reversible).map(({ id }) => id);
  if (ids.length > 0) return ` Point of no return: nobody can undo ${shortened(ids.join(', '), 150)}.`;
  return brief === null && pointOfNoReturn === 'ahead' ? ' A migration that nobody can undo is ahead.' : '';
}

interface ButtonLook {
  readonly text: string;
  readonly style: 'primary' | 'danger';
  readonly value: ButtonValue;
  readonly sure: string;
}

const said = (words: string) => ({ type: 'plain_text', text: words, emoji: false });

function button(action: 'approve' | 'reject', { text, style, value, sure }: ButtonLook): Block {
  const confirm = {
    title: said(text),
    text: said(sure),
    confirm: said(action === 'approve' ? 'Approve' : 'Reject'),
    deny: said('Back'),
  };
  return { type: 'button', action_id: action, style, text: said(text), value: JSON.stringify(value), confirm };
}
