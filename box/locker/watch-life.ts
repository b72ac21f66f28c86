/**
 * Whether the application of a locker lives, where its init lives on without it: a container's own init is never the
 * one that crashes. Asked by the service's own command, beside whatever else is waited for. Two looks in a row say
 * that it is dead, so that a restart by its init is none; one that has not lived yet has `within` to begin with.
 */
import type { LockerName } from '../../domain/model/ids';
import type { ServiceConfig } from '../../domain/model/service';
import type { BoxContext } from '../context';
import { NOT_RUN } from '../inspect/probe';
import { evidenceOf } from '../run';

export interface LifeWatch {
  /** Why it counts as dead; null: it lives, may yet begin to, or nobody knows. Begins a look where one is due, and waits for none. */
  dead(): string | null;
}

/** The second look: by then an init that restarts what died has done so. */
const AGAIN_MS = 1_000;

/** While somebody waits for it. */
export const LIFE_EVERY_MS = 1_000;

const NO_WATCH: LifeWatch = { dead: () => null };

/** `everyMs`: between two looks at one that lives; each is a process of the box. */
export function watchLife(
  box: BoxContext,
  locker: LockerName,
  { service, everyMs }: { service: ServiceConfig | null; everyMs: number },
): LifeWatch {
  const alive = service?.alive;
  if (!alive) return NO_WATCH;
  const began = box.now();
  let due = began;
  let lived = false;
  let bad = 0;
  let why: string | null = null;
  const look = async () => {
    const ran = await box.lxc.attach(locker, alive.exec, service.probe.timeoutMs);
    const unknown = ran.timedOut || NOT_RUN.has(ran.code);
    if (ran.code === 0) [lived, bad, why] = [true, 0, null];
    else if (!unknown) bad += 1;
    if (bad >= 2 && (lived || box.now() - began >= alive.withinMs)) why = evidenceOf(ran).join(' · ');
    due = box.now() + (bad > 0 && why === null ? Math.min(AGAIN_MS, everyMs) : everyMs);
  };
  return {
    dead: () => {
      if (box.now() < due) return why;
      due = Number.POSITIVE_INFINITY;
      look().catch((error: unknown) => {
        box.log(`${locker}: ${alive.exec.join(' ')}: ${String(error)}`);
        due = box.now() + everyMs;
      });
      return why;
    },
  };
}
