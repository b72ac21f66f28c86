/** Takes a person's word on an undecided migration to its box, as a short workflow: it may run beside a rollout that waits for it. */
import type { SettleMigration } from '../activities/contract';
import { settleMigration } from './activity-proxies';
import { failureOf, stepFaultOf } from './step-fault';

export async function boxSettleMigration(request: SettleMigration): Promise<{ readonly settled: readonly string[] }> {
  const { box, migration, as } = request;
  try {
    return await settleMigration(`settle migration ${migration} as ${as}`, request);
  } catch (error) {
    throw failureOf(stepFaultOf(error, `settling ${migration} on ${box}`));
  }
}
