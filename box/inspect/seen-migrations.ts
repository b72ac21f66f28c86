/** What the box knows of the migrations of a target's service, and whether the target brings them. Pure. */
import type { SeenMigration } from '../../domain/model/migration';
import type { ReleaseManifest } from '../../domain/model/release-manifest';
import type { StageTarget } from '../../domain/protocol/verbs';
import type { BoxState } from '../journal/state';

export function seenMigrations(state: BoxState, target: StageTarget | null, manifest: ReleaseManifest | null): SeenMigration[] {
  if (target === null) return [];
  const brought = new Set(manifest?.migrations.map(({ id }) => id));
  return [...state.migrations.values()]
    .filter(({ service }) => service === target.service.name)
    .map(({ id, scope, state: now, when, reversible, evidence }) => {
      return { id, scope, state: now, when, reversible, evidence, inTarget: brought.has(id) };
    });
}
