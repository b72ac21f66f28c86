/** Gives the box back. A lease that is somebody else's by now is left alone. */
import { ApplicationFailure } from '@temporalio/common';
import { Fault } from '../domain/faults';
import type { BoxName } from '../domain/model/ids';
import type { BoxActivities } from './contract';
import { DEADLINES } from './deadlines';
import type { ActivityPorts } from './ports/activity-ports';
import type { BoxPort } from './ports/box-port';
import { runActivity } from './run-activity';
import type { Running } from './run-activity';

export const makeReleaseLease = ({ box: boxes }: Pick<ActivityPorts, 'box'>): BoxActivities['releaseLease'] => {
  return ({ box, rollout, generation }) =>
    runActivity('finish', async (running) => {
      try {
        const known = generation ?? (await generationOf(boxes, { box, rollout, running }));
        const options = { deadlineMs: DEADLINES.lease, ...running };
        if (known !== null) await boxes.call(box, 'release-lease', { holder: rollout, generation: known }, options);
      } catch (error) {
        throw asRetryable(error);
      }
    });
};

interface Asking {
  readonly box: BoxName;
  readonly rollout: string;
  readonly running: Running;
}

/** null: this rollout holds nothing. */
async function generationOf(boxes: BoxPort, { box, rollout, running }: Asking): Promise<number | null> {
  const { lease } = await boxes.call(box, 'inspect', { target: null }, { deadlineMs: DEADLINES.look, ...running });
  return lease?.holder === rollout ? lease.generation : null;
}

/** Elsewhere a wrong host key ends a step at once. Here nothing is left to be lost by asking again, and the caller says how long. */
function asRetryable(error: unknown): unknown {
  if (!(error instanceof Fault)) return error;
  const { code, message, details } = error;
  return ApplicationFailure.create({ type: code, message, nonRetryable: false, details: [details] });
}
