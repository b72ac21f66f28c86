/** Shows the plan and asks. Shown also where nobody is asked: the log of a job should say what was begun. */
import type { Plan } from '../domain/model/plan';
import { startQuestion } from '../domain/plan/direction';
import { renderPlan } from '../domain/plan/render-plan';
import { askYes } from './ask-yes';
import type { Session } from './session';

export async function askToStart(session: Session, plan: Plan, asks: boolean): Promise<boolean> {
  session.io.stderr.write(renderPlan(plan, { style: 'text' }));
  if (!asks) return true;
  const yes = await askYes(session, startQuestion(plan));
  if (!yes) session.progress('Nothing was started.');
  return yes;
}
