/** One migration of the whole box, or its undo, and what came of it; a fault is folded too. */
import type { MigrationEvent } from '../domain/decide/rollout-event';
import { migrationAt } from '../domain/decide/box-migrations';
import { migrateBox } from './activity-proxies';
import { apply, heldOf, planOf } from './rollout';
import type { Rollout } from './rollout';
import { stepFaultOf } from './step-fault';

/** More than a release has: each migration of a rollout has cycles of its own, and so tokens. */
const CYCLES_EACH = 100;

export async function runMigration(rollout: Rollout, id: string): Promise<void> {
  apply(rollout, { kind: 'begin-migration', migration: id });
  apply(rollout, await ask(rollout, id));
}

async function ask(rollout: Rollout, id: string): Promise<MigrationEvent> {
  const { plan, progress } = planOf(rollout);
  const { stage, cycle } = migrationAt(progress, id);
  const { migrations = [], release, service } = plan;
  const index = migrations.findIndex((migration) => migration.id === id);
  const held = heldOf(rollout);
  const direction = stage === 'undoing' ? 'undo' : 'run';
  try {
    const input = {
      ...held,
      service,
      code: { id: release.code.id, revision: release.code.revision },
      migration: id,
      direction,
      timeoutMs: migrations[index]?.timeoutMs ?? 0,
      cycle: (held.round ?? 0) + cycle * CYCLES_EACH + index,
    } as const;
    const outcome = await migrateBox(`${direction === 'undo' ? 'undo migration' : 'migration'} ${id}`, input);
    return { kind: 'migrated', migration: id, cycle, outcome };
  } catch (error) {
    return { kind: 'migration-fault', migration: id, cycle, fault: stepFaultOf(error, `migration ${id}`) };
  }
}
