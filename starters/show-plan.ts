/** A plan as data (dry run), and the end of a command that has nothing to do. */
import type { Plan } from '../domain/model/plan';
import type { Finished } from '../domain/model/status';
import { renderPlan } from '../domain/plan/render-plan';
import { EXIT } from './exit-codes';
import { printObject } from './io';
import type { Session } from './session';

export function showPlan({ io, json }: Session, plan: Plan): number {
  if (json) printObject(io, { kind: 'plan', plan });
  else io.stdout.write(renderPlan(plan, { style: 'text' }));
  return EXIT.done;
}

export const changesNothing = ({ batches, owed }: Plan): boolean => batches.length === 0 && owed.length === 0;

/** null: there is something to do. No workflow is started for nothing. */
export function nothingToDo(session: Session, plan: Plan): number | null {
  if (!changesNothing(plan)) return null;
  if (session.json) printObject(session.io, finishedWithout(plan));
  else session.io.stdout.write(renderPlan(plan, { style: 'text' }));
  return EXIT.done;
}

/** The same last line as a rollout's; without an id, since none was started. */
function finishedWithout({ box, lockers, release }: Plan): Finished {
  const none = { updated: 0, restored: 0, failed: 0, skipped: 0, unreachable: 0 };
  return {
    kind: 'finished',
    box,
    rollout: '',
    state: 'succeeded',
    release: { id: release.id, label: release.label },
    counts: { planned: lockers.length, unchanged: lockers.length, ...none },
    exceptions: [],
    fault: null,
  };
}
