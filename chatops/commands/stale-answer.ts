/**
 * Whether what a person answered to is still what is asked: another rollout, batch, plan or adjustment since, or a rollout
 * that has ended. The workflow's own validators have the last word; this one speaks of buttons. Pure.
 */
import type { Finished, RolloutStatus } from '../../domain/model/status';
import type { Looked } from './command';

/** null: it is. */
export function staleAnswer(looked: Looked, now: RolloutStatus | Finished): string | null {
  const { rollout, batch, digest, overlay, opening } = looked;
  if (now.rollout !== rollout) return `That button is of an earlier rollout of ${now.box}, which has ended.`;
  if (now.kind === 'finished') return `That rollout of ${now.box} has ended: ${now.state.replaceAll('-', ' ')}.`;
  if (now.planDigest !== digest)
    return `That button is of another plan (${digest.slice(0, 12)}); ${now.box} walks the plan ${(now.planDigest ?? 'none').slice(0, 12)} now.`;
  const waits = now.gate?.batch ?? null;
  if (waits !== null && waits !== batch) return `That button is for batch ${batch}; batch ${waits} waits now.`;
  const stillAsked = waits !== null || now.holds.some(({ liftedBy }) => liftedBy.includes('approve'));
  if (!stillAsked)
    return `Batch ${batch} of ${now.box} has its answer already; nothing waits for one now (${now.state.replaceAll('-', ' ')}).`;
  const adjusted = now.overlay?.number ?? 0;
  if (adjusted !== overlay)
    return `The rules were adjusted since that button was shown (overlay ${adjusted}, by ${now.overlay?.actor ?? 'somebody'}). Look again.`;
  const stands = now.gate?.opening;
  if (opening !== undefined && stands !== undefined && stands !== opening)
    return `The rollout of ${now.box} was reset in Temporal since that button was shown, and asks anew. Look again.`;
  return null;
}
