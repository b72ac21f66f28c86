/** The plan's rules as they stand now: with what a person has adjusted, and on the way back with its own. Pure. */
import type { Plan, PlannedBatch } from '../model/plan';
import type { Progress } from '../model/progress';

export interface RulesNow {
  readonly maxDown: number;
  readonly maxUnproven: number;
  readonly maxStarting: number;
}

export function rulesNow({ limits, policy }: Plan, { rollback, overlay }: Progress): RulesNow {
  const { maxDown: adjusted, maxStarting = limits.maxStarting } = overlay?.rules ?? {};
  const { maxDown, maxUnproven, rollbackMaxDown = maxDown } = limits;
  const down = adjusted ?? (rollback ? rollbackMaxDown : maxDown);
  // Where nobody wrote one, it follows maxDown (limits-for.ts).
  const unproven = policy.maxUnproven === null && down !== maxDown ? 3 * down : maxUnproven;
  return { maxDown: down, maxUnproven: rollback ? Math.max(maxUnproven, unproven) : unproven, maxStarting };
}

/** null: there is none of that number. */
export function batchNow({ batches }: Plan, { overlay }: Progress, number: number): PlannedBatch | null {
  const batch = batches[number - 1];
  if (!batch) return null;
  const { soakMs = batch.soakMs, gates } = overlay?.rules ?? {};
  // The point of no return is nobody's to adjust.
  const gate = gates === undefined || number === 1 ? batch.gate : gates.includes(number - 1);
  return { ...batch, soakMs, gate };
}
