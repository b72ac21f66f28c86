/** Show what install-box changed, ask, and take it back by the record on the box, the last change first. */
import { dial } from '../../activities/adapters/ssh/dial';
import { checkBox } from '../../activities/adapters/ssh/preflight';
import type { Bonds, Frame, Plan } from '../../box-install/wanted';
import { Fault } from '../../domain/faults';
import { adminRoute } from '../adopt/admin-route';
import type { AdminLogin } from '../adopt/admin-route';
import { askYes, mustBeAskable } from '../ask-yes';
import { EXIT } from '../exit-codes';
import { printObject } from '../io';
import type { Session, SharedOptions } from '../session';
import { changedMeanwhile, showPlan } from './install-flow';
import { PLACES } from './install-places';
import { refusalOf } from './refusal-of';
import { runOnHost } from './run-on-host';
import type { Host } from './run-on-host';

export interface UninstallOptions extends SharedOptions, AdminLogin {
  readonly force?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

const CONNECT_MS = 20_000;

export async function uninstallFlow(session: Session, options: UninstallOptions): Promise<number> {
  const { box } = session;
  if (options.yes !== true && options.dryRun !== true)
    mustBeAskable(session, `uninstall-box asks before it changes anything on ${box}`);
  const connection = await dial(await adminRoute(session, options), CONNECT_MS);
  try {
    const { sudo } = await checkBox(connection, box);
    return await withHost(session, options, { connection, box, sudo });
  } finally {
    connection.close();
  }
}

async function withHost(session: Session, options: UninstallOptions, host: Host): Promise<number> {
  const { box } = session;
  const { plan, bonds } = undoPlanIn(await runOnHost(host, { do: 'plan-undo', places: PLACES }));
  showPlan(session, plan, options.dryRun === true);
  const refusal = refusalOf(box, bonds);
  if (refusal !== null && options.force !== true) throw refusal;
  if (refusal !== null) session.progress(`--force: ${refusal.sentence}`);
  if (options.dryRun === true) return EXIT.done;
  const count = plan.changes.length;
  if (count === 0) return end(session, 0);
  if (options.yes !== true && !(await askYes(session, `Take back these ${count} changes on ${box}?`))) {
    session.progress('Nothing was changed.');
    return EXIT.aborted;
  }
  const asked = { do: 'undo', places: PLACES, digest: plan.digest } as const;
  const frames = await runOnHost(host, asked, (text) => session.progress(`undone: ${text}`));
  if (frames.some((frame) => 'changedMeanwhile' in frame)) throw changedMeanwhile(box);
  return end(session, count);
}

function undoPlanIn(frames: readonly Frame[]): { plan: Plan; bonds: Bonds | null } {
  const found = frames.find((frame) => 'undoPlan' in frame);
  if (found !== undefined && 'undoPlan' in found) return { plan: found.undoPlan, bonds: found.bonds };
  throw new Fault('CommandFailed', 'The program on the host made no plan.');
}

function end({ io, json, box }: Session, count: number): number {
  if (json) printObject(io, { kind: 'uninstalled', box, changed: count > 0, changes: count });
  else io.stdout.write(`${box}: ${count === 0 ? 'nothing was installed' : `uninstalled, ${count} changes taken back`}\n`);
  return EXIT.done;
}
