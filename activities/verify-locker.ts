/**
 * Good probes in a row, stable, the right build by the locker's own word; then it is no longer owed.
 * After that what only looks: the probe from outside and the fast checks, so that asking again under
 * the same token is harmless.
 */
import { verdictOf } from '../domain/check/verdict';
import type { VerifyOutcome } from '../domain/model/outcome';
import { changeOf } from './change-of';
import type { BoxActivities } from './contract';
import { checkDeadline, verifyDeadline } from './deadlines';
import type { ActivityPorts } from './ports/activity-ports';
import { runActivity } from './run-activity';
import type { Running } from './run-activity';
import { seeFromOutside } from './see-from-outside';

type Input = Parameters<BoxActivities['verifyLocker']>[0];
type Ports = Pick<ActivityPorts, 'box' | 'fleet' | 'http'>;

/** As many lines as an outcome takes. */
const MAX_EVIDENCE = 40;

export const makeVerifyLocker = (ports: Ports): BoxActivities['verifyLocker'] => {
  return (input) =>
    runActivity('finish', async (running) => {
      const { goodProbes, stableMs, deadlineMs } = input.verify;
      const options = { change: changeOf(input, 'verify', input), deadlineMs: verifyDeadline(deadlineMs), ...running };
      const proven = await ports.box.call(
        input.box,
        'verify',
        { locker: input.locker, goodProbes, stableMs, deadlineMs },
        options,
      );
      if (proven.kind !== 'healthy') return proven;
      return (await outside(input, ports, running)) ?? (await fastChecks(input, ports, running)) ?? proven;
    });
};

/** null: it is seen, or nobody asked. */
async function outside({ box, locker, verify }: Input, ports: Ports, running: Running): Promise<VerifyOutcome | null> {
  if (!verify.external) return null;
  const { kind, evidence } = await seeFromOutside({ box, locker, probe: verify.external }, ports, running);
  if (kind === 'seen') return null;
  if (kind === 'not-seen') return { kind: 'unhealthy', reason: 'not-seen', evidence: [...evidence] };
  return { kind: 'inconclusive', evidence: [...evidence] };
}

/** null: they pass, or nobody asked. */
async function fastChecks({ box, locker, checks }: Input, ports: Ports, running: Running): Promise<VerifyOutcome | null> {
  if (!checks) return null;
  const params = { lockers: [locker], set: 'fast' as const };
  const told = await ports.box.call(box, 'check', params, { deadlineMs: checkDeadline(checks.longestMs), ...running });
  const [checked] = told.lockers;
  if (!checked)
    return { kind: 'inconclusive', evidence: ['the box has no checks, though the plan has: was it staged by another?'] };
  const verdict = verdictOf(checked, checks.except);
  if (verdict.kind === 'pass') return null;
  const evidence = verdict.evidence.slice(-MAX_EVIDENCE);
  return verdict.kind === 'fail' ? { kind: 'unhealthy', reason: 'check-failed', evidence } : { kind: 'inconclusive', evidence };
}
