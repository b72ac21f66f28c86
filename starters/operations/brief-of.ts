/** What an approver should see of a box's rollout, asked of the workflow. */
import type { ApprovalBrief } from '../../domain/operator/approval-brief';
import { brief } from '../../workflows/messages';
import { askRollout } from './ask-rollout';
import { rolloutHandle } from './door';
import type { Door } from './door';

/** null: no batch waits for an answer. */
export function briefOf(door: Door, box: string): Promise<ApprovalBrief | null> {
  return askRollout(door, box, () => rolloutHandle(door, box).query(brief));
}
