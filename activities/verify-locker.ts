/**
 * Good probes in a row, stable, the right build by the locker's own word; then it is no longer owed.
 * After that its fast checks: they look only, so that asking again under the same token is harmless.
 */
import { verdictOf } from '../domain/check/verdict';
import type { LockerName } from '../domain/model/ids';
import type { VerifyOutcome } from '../domain/model/outcome';
import type { BoxName } from '../domain/model/ids';
import { changeOf } from './change-of';
import type { BoxActivities } from './contract';
import { checkDeadline, verifyDeadline } from './deadlines';
import type { ActivityPorts } from './ports/activity-ports';
import type { BoxPort } from './ports/box-port';
import { runActivity } from './run-activity';
import type { Running } from './run-activity';

type Input = Parameters<BoxActivities['verifyLocker']>[0];

export const makeVerifyLocker = ({ box: boxes }: Pick<ActivityPorts, 'box'>): BoxActivities['verifyLocker'] => {
  return ({ verify, checks, ...step }) =>
    runActivity('finish', async (running) => {
      const { box, locker } = step;
      const { goodProbes, stableMs, deadlineMs } = verify;
      const options = { change: changeOf(step, 'verify', step), deadlineMs: verifyDeadline(deadlineMs), ...running };
      const proven = await boxes.call(box, 'verify', { locker, goodProbes, stableMs, deadlineMs }, options);
      if (proven.kind !== 'healthy' || !checks) return proven;
      return (await askFastChecks(boxes, { box, locker, checks }, running)) ?? proven;
    });
};

type Checking = { readonly box: BoxName; readonly locker: LockerName; readonly checks: NonNullable<Input['checks']> };

/** null: they pass. */
async function askFastChecks(boxes: BoxPort, checking: Checking, running: Running): Promise<VerifyOutcome | null> {
  const { box, locker, checks } = checking;
  const params = { lockers: [locker], set: 'fast' as const };
  const told = await boxes.call(box, 'check', params, { deadlineMs: checkDeadline(checks.longestMs), ...running });
  const [checked] = told.lockers;
  if (!checked)
    return { kind: 'inconclusive', evidence: ['the box has no checks, though the plan has: was it staged by another?'] };
  const verdict = verdictOf(checked, checks.except);
  if (verdict.kind === 'pass') return null;
  const evidence = verdict.evidence.slice(-40);
  return verdict.kind === 'fail' ? { kind: 'unhealthy', reason: 'check-failed', evidence } : { kind: 'inconclusive', evidence };
}
