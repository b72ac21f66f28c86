/** A person's word on an undecided migration, by a short workflow on the workers: nobody here dials a box. */
import { randomUUID } from 'node:crypto';
import type { SettleMigration } from '../../activities/contract';
import { settleIdOf } from '../../workflows/messages';
import { askByWorkflow } from './ask-by-workflow';
import type { Door } from './door';

const WITHIN_MS = 5 * 60_000;

export async function settleMigration(door: Door, request: SettleMigration): Promise<readonly string[]> {
  const { box, migration, as, by } = request;
  const { settled } = await askByWorkflow<{ readonly settled: readonly string[] }>(door, box, {
    type: 'boxSettleMigration',
    id: settleIdOf(box, randomUUID().slice(0, 8)),
    request,
    summary: `migration ${migration} on ${box} settled as ${as}, by ${by}`,
    withinMs: WITHIN_MS,
    endsWithinMs: WITHIN_MS,
  });
  return settled;
}
