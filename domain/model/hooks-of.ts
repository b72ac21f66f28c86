/** The hooks of a box: the fleet's, then the service's, then the box's; each list as a whole. Free of zod. */
import type { Fleet } from './fleet';
import type { Hook, HookMoment, HooksInput } from './hook';
import { boxOf } from './service-of';

/** A request to a machine nearby takes moments; a hook that works longer says so. */
const DEADLINE_MS = 60_000;

export function hooksOf(fleet: Fleet, box: string): { readonly [M in HookMoment]: readonly Hook[] } {
  const { service, hooks } = boxOf(fleet, box);
  const levels = [hooks, fleet.services[service]?.hooks, fleet.hooks];
  return { before: listOf(levels, 'before'), after: listOf(levels, 'after') };
}

function listOf(levels: readonly (HooksInput | undefined)[], moment: HookMoment): Hook[] {
  const written: NonNullable<HooksInput['before']> =
    levels.map((level) => level?.[moment]).find((list) => list !== undefined) ?? [];
  return written.map(({ name, http, exec = [], deadline = DEADLINE_MS, onFailure = 'hold' }) => ({
    name,
    act: http ? { kind: 'http', url: http.url } : { kind: 'exec', argv: exec },
    deadlineMs: deadline,
    onFailure: moment === 'after' ? 'ignore' : onFailure,
  }));
}
