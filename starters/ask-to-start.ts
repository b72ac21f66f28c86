/** Shows the plan and asks. Shown also where nobody is asked: the log of a job should say what was begun. */
import { createInterface } from 'node:readline/promises';
import type { Plan } from '../domain/model/plan';
import { renderPlan } from '../domain/plan/render-plan';
import type { Session } from './session';

export async function askToStart(session: Session, plan: Plan, asks: boolean): Promise<boolean> {
  const { io } = session;
  io.stderr.write(renderPlan(plan, { style: 'text' }));
  if (!asks) return true;
  const reader = createInterface({ input: io.stdin, output: io.stderr as NodeJS.WritableStream & typeof io.stderr });
  // On a terminal readline takes Ctrl-C itself: to the process, it never happened.
  reader.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    const answer = await reader.question(`Start it on ${plan.box}? [y/N] `, { signal: io.interrupted });
    const yes = /^y(es)?$/i.test(answer.trim());
    if (!yes) session.progress('Nothing was started.');
    return yes;
  } catch {
    // The input ended or Ctrl-C: no yes.
    return false;
  } finally {
    reader.close();
  }
}
