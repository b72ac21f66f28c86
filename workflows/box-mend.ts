/**
 * Mends a run that a pause in Temporal has ended. A workflow only so that it happens once: its id
 * names what is mended, so all the worker processes that see it begin the same one, and an attempt
 * that was cut off is made again after no call of it can be on its way any more.
 */
import { proxyActivities } from '@temporalio/workflow';
import { TASK_QUEUES } from '../activities/contract';
import type { MendActivities, Mended, MendRequest } from '../activities/contract';

const { mendRun } = proxyActivities<MendActivities>({
  taskQueue: TASK_QUEUES.ssh,
  // An attempt gives up by itself after 20 s.
  startToCloseTimeout: '1m',
  retry: { initialInterval: '1s', maximumInterval: '10s' },
});

export const boxMend = (request: MendRequest): Promise<Mended> => mendRun(request);
