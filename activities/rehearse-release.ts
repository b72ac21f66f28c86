/** The release on a throwaway locker, before any real one is touched. */
import { Fault } from '../domain/faults';
import type { Plan } from '../domain/model/plan';
import { stageTargetOf } from '../domain/model/service-of';
import type { VerbResult } from '../domain/protocol/verbs';
import { changeOf } from './change-of';
import type { BoxActivities, Rehearsed } from './contract';
import { rehearsalDeadline } from './deadlines';
import type { ActivityPorts } from './ports/activity-ports';
import { runActivity } from './run-activity';

export const makeRehearseRelease = (ports: Pick<ActivityPorts, 'box' | 'fleet'>): BoxActivities['rehearseRelease'] => {
  return ({ plan, ...held }) =>
    runActivity('leave', async (running) => {
      const { box } = held;
      const { policy, limits } = plan;
      const target = stageTargetOf(await ports.fleet.read(), box, plan.release);
      const lane = { maxStarting: limits.maxStarting, pressure: policy.pressure };
      const { goodProbes, stableMs, deadlineMs } = policy.verify;
      const verify = { goodProbes, stableMs, deadlineMs };
      const params = { target, stop: policy.stop, lane, startDeadlineMs: deadlineMs, verify };
      const options = { change: changeOf(held, 'rehearse'), deadlineMs: rehearsalDeadline(policy), ...running };
      return rehearsedOf(plan, await ports.box.call(box, 'rehearse', params, options));
    });
};

function rehearsedOf({ box, release, policy }: Plan, outcome: VerbResult<'rehearse'>): Rehearsed {
  switch (outcome.kind) {
    case 'passed':
      return { kind: 'rehearsed', tookMs: outcome.tookMs, killed: !outcome.stopped };
    case 'failed': {
      const sentence = `${release.label} failed on a throwaway locker of ${box}: ${outcome.reason.replaceAll('-', ' ')}. No locker was touched.`;
      throw new Fault('RehearsalFailed', sentence, { evidence: outcome.evidence });
    }
    case 'impossible':
      if (policy.rehearsal !== 'required') return { kind: 'not-rehearsed', because: outcome.because };
  }
  throw new Fault('RehearsalImpossible', `${release.label} could not be rehearsed on ${box}: ${outcome.because}.`);
}
