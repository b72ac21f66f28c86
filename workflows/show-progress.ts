/**
 * Tells the story where Temporal shows it: details on the workflow's page at every change, and,
 * since queries are refused while Temporal's own pause is on, search attributes and memo at every
 * change of state or batch and every tenth of the lockers (each costs an event of history).
 */
import { setCurrentDetails, upsertMemo, upsertSearchAttributes } from '@temporalio/workflow';
import { defineSearchAttributeKey } from '@temporalio/common';
import { bounded, KEYWORD_BYTES, MEMO_BYTES } from '../domain/model/bounded';
import type { Counts } from '../domain/model/outcome';
import type { RolloutStatus } from '../domain/model/status';
import { briefOf } from '../domain/operator/approval-brief';
import { renderStatusMarkdown } from '../domain/operator/render-status';
import { statusOf } from '../domain/operator/rollout-status';
import { SEARCH_ATTRIBUTES } from './messages';
import { viewOf } from './rollout';
import type { Rollout } from './rollout';

const TENTHS = 10;

/** What was published last, by run; a run that is replayed publishes the same again. */
const published = new WeakMap<Rollout, string>();

export function showProgress(rollout: Rollout): void {
  const view = viewOf(rollout);
  const status = statusOf(view);
  setCurrentDetails(renderStatusMarkdown(status, briefOf(view)));
  const news = newsOf(status);
  if (published.get(rollout) === news) return;
  published.set(rollout, news);
  publish(status);
}

const endedOf = ({ updated, unchanged, restored, failed, skipped, unreachable }: Counts): number =>
  updated + unchanged + restored + failed + skipped + unreachable;

function newsOf({ state, batch, release, counts }: RolloutStatus): string {
  const tenths = counts.planned === 0 ? 0 : Math.floor((endedOf(counts) * TENTHS) / counts.planned);
  return [state, batch?.number, release?.id, tenths].join(' ');
}

const KEYS = {
  box: defineSearchAttributeKey('LockstepBox', SEARCH_ATTRIBUTES.LockstepBox),
  phase: defineSearchAttributeKey('LockstepPhase', SEARCH_ATTRIBUTES.LockstepPhase),
  release: defineSearchAttributeKey('LockstepRelease', SEARCH_ATTRIBUTES.LockstepRelease),
  updated: defineSearchAttributeKey('LockstepUpdated', SEARCH_ATTRIBUTES.LockstepUpdated),
  failed: defineSearchAttributeKey('LockstepFailed', SEARCH_ATTRIBUTES.LockstepFailed),
};

function publish(status: RolloutStatus): void {
  const { box, rollout, state, release, counts, batch, asks } = status;
  upsertSearchAttributes([
    { key: KEYS.box, value: box },
    { key: KEYS.phase, value: state },
    { key: KEYS.release, value: release && bounded(release.label, KEYWORD_BYTES) },
    { key: KEYS.updated, value: counts.updated },
    // As the failures of a budget are counted: what was restored has failed before.
    { key: KEYS.failed, value: counts.failed + counts.restored },
  ]);
  const told = Object.entries(counts).map(([end, count]) => `${count} ${end}`);
  upsertMemo({
    rollout,
    box,
    phase: state,
    batch: batch ? `${batch.number} of ${batch.of}` : '',
    release: bounded(release?.label ?? '', MEMO_BYTES),
    counts: told.join(', '),
    asks: bounded(asks ?? '', MEMO_BYTES),
  });
}
