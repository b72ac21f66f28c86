/** What a hook's outcome does: it is recorded once, and before the rollout a failure may hold it. */
import { formatDuration } from '../model/format-duration';
import type { HookOutcome } from '../model/hook';
import type { Progress } from '../model/progress';
import { addHold, addNote } from './change-progress';

/** `holds`: by the policy of that hook. */
export function foldHook(
  progress: Progress,
  { outcome, holds }: { readonly outcome: HookOutcome; readonly holds: boolean },
  now: number,
): Progress {
  const { when, name, detail, tookMs } = outcome;
  const known = progress.hooks ?? [];
  if (known.some((one) => one.when === when && one.name === name)) return progress;
  const failed = outcome.outcome === 'failed';
  const end = failed ? `failed: ${detail ?? 'it did not say why'}` : `done in ${formatDuration(tookMs)}`;
  const noted = addNote({ ...progress, hooks: [...known, outcome] }, `hook ${name} ${when} the rollout: ${end}`, now);
  if (!failed || !holds || progress.abort || progress.fault) return noted;
  return addHold(noted, {
    reason: 'hook-failed',
    sentence: `The hook ${name} before the rollout failed: ${detail ?? 'it did not say why'}. No locker is touched yet; resume begins without it`,
    liftedBy: ['resume', 'abort'],
    locker: null,
    since: now,
  });
}
