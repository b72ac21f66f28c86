/**
 * Registers the search attributes of workflows/messages.ts. An unregistered one would block a
 * workflow task for ever, and the server's own flag for it is ignored on an existing file
 * (facts.md), so this runs at each start; what is there already is left alone.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { OperatorService } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { Fault } from '../domain/faults';
import { SEARCH_ATTRIBUTES } from '../workflows/messages';

/** The dev server shows a new attribute at once, a cluster after its cache's refresh. */
const VISIBLE_WITHIN_MS = 15_000;

/** Returns the names that were added. Any connection of the SDK has an `operatorService`. */
export async function registerSearchAttributes(
  { operatorService }: { operatorService: OperatorService },
  namespace: string,
): Promise<readonly string[]> {
  const missing = await missingIn(operatorService, namespace);
  if (missing.length === 0) return [];
  const types = temporal.api.enums.v1.IndexedValueType;
  const searchAttributes = Object.fromEntries(
    missing.map((name) => [name, types[`INDEXED_VALUE_TYPE_${SEARCH_ATTRIBUTES[name]}`]] as const),
  );
  await operatorService.addSearchAttributes({ namespace, searchAttributes }).catch((error: unknown) => {
    // Two starts at once: the other one was first.
    if (!/already exist/i.test((error as Error).message)) throw error;
  });
  const until = performance.now() + VISIBLE_WITHIN_MS;
  while ((await missingIn(operatorService, namespace)).length > 0) {
    if (performance.now() > until) throw notVisible(missing);
    await sleep(200);
  }
  return missing;
}

async function missingIn(operatorService: OperatorService, namespace: string): Promise<(keyof typeof SEARCH_ATTRIBUTES)[]> {
  const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
  const names = Object.keys(SEARCH_ATTRIBUTES) as (keyof typeof SEARCH_ATTRIBUTES)[];
  return names.filter((name) => !Object.hasOwn(customAttributes ?? {}, name));
}

const notVisible = (names: readonly string[]): Fault =>
  new Fault('TemporalUnreachable', `The Temporal server took the search attributes ${names.join(', ')} but does not show them.`, {
    cure: 'Check that the account may administer the namespace, or add them by hand: `temporal operator search-attribute create`.',
  });
