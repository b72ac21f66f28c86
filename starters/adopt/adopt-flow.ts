/** Look, show, ask, do: the same for an adoption and for its undoing. */
import { checkBox } from '../../activities/adapters/ssh/preflight';
import { dial } from '../../activities/adapters/ssh/dial';
import type { AdoptionPlan, UndoPlan } from '../../domain/adopt/adoption';
import { fleetLines } from '../../domain/adopt/fleet-lines';
import { adoptionLines, undoLines } from '../../domain/adopt/render-adoption';
import { Fault } from '../../domain/faults';
import { askYes, mustBeAskable } from '../ask-yes';
import { EXIT } from '../exit-codes';
import { printLines, printObject } from '../io';
import type { Session } from '../session';
import { adminRoute } from './admin-route';
import { adoptRequest, onlyOf } from './adopt-request';
import type { AdoptOptions } from './adopt-request';
import { askBox } from './ask-box';
import type { Asking } from './ask-box';

const CONNECT_MS = 20_000;

export async function adoptFlow(session: Session, options: AdoptOptions): Promise<number> {
  const { box, boxInput } = session;
  const progress = (line: string) => session.progress(line);
  const undo = options.undo === true;
  const asks = options.yes !== true && options.dryRun !== true && !boxInput.sandbox;
  if (asks) mustBeAskable(session, `${undo ? 'Undoing an' : 'An'} adoption of ${box} asks before it changes anything`);
  const request = adoptRequest(session, options);
  const connection = await dial(await adminRoute(session, options), CONNECT_MS);
  try {
    const { sudo } = await checkBox(connection, box);
    const asking: Asking = { connection, box, sudo, progress };
    progress(`looking at ${box}`);
    const run = { session, options, asking, asks };
    return undo ? await undoIt(run) : await adoptIt(run, request);
  } finally {
    connection.close();
  }
}

interface Run {
  readonly session: Session;
  readonly options: AdoptOptions;
  readonly asking: Asking;
  readonly asks: boolean;
}

async function adoptIt({ session, options, asking, asks }: Run, request: ReturnType<typeof adoptRequest>): Promise<number> {
  const { box } = session;
  const answer = await askBox(asking, { do: 'plan', request });
  if (!('plan' in answer)) throw unexpected(box);
  const { plan } = answer;
  const fleet = fleetLinesFor(session, plan);
  const object = { kind: 'adoption-plan', ...plan, fleet };
  show(session, { dryRun: options.dryRun === true, lines: adoptionLines(plan, fleet), object });
  refuseUnfit(plan);
  const due = plan.lockers.filter(({ kind }) => kind === 'adopt');
  if (options.dryRun === true) return EXIT.done;
  if (due.length === 0) return end(session, { kind: 'adopted', box, lockers: [] }, `${box}: nothing to adopt`);
  if (asks && !(await askYes(session, `Adopt ${due.length} lockers?`))) return left(session);
  const done = await askBox(asking, { do: 'adopt', request, digest: plan.digest });
  if (!('adopted' in done)) throw unexpected(box);
  const next = `npm run start-rollout -- --box ${box}`;
  return end(
    session,
    { kind: 'adopted', box, lockers: done.adopted },
    `${box}: ${done.adopted.length} lockers adopted; now: ${next}`,
  );
}

function fleetLinesFor({ fleet, boxInput: { service } }: Session, { found }: AdoptionPlan): string[] {
  const said = fleet.services[service];
  return said === undefined ? [] : fleetLines(service, said, found);
}

function refuseUnfit({ box, lockers }: AdoptionPlan): void {
  const unfit = lockers.filter(({ problems }) => problems.length > 0);
  if (unfit.length === 0) return;
  const fit = lockers.filter(({ problems, kind }) => problems.length === 0 && kind === 'adopt').map(({ name }) => name);
  throw new Fault(
    'LockerUnfit',
    `${unfit.length} of ${lockers.length} lockers on ${box} can not be adopted as they are; nothing was changed.`,
    {
      evidence: unfit
        .slice(0, 12)
        .map(({ name, problems }) => `${name}: ${problems.map(({ code }) => code.replaceAll('-', ' ')).join(', ')}`),
      cure:
        fit.length > 0
          ? 'Mend what the plan names, or adopt the others first: --only LOCKER,LOCKER.'
          : 'Mend what the plan names.',
    },
  );
}

async function undoIt({ session, options, asking, asks }: Run): Promise<number> {
  const { box } = session;
  const only = onlyOf(options);
  const answer = await askBox(asking, { do: 'plan-undo', only });
  if (!('undoPlan' in answer)) throw unexpected(box);
  const { undoPlan } = answer;
  show(session, { dryRun: options.dryRun === true, lines: undoLines(undoPlan), object: { kind: 'undo-plan', ...undoPlan } });
  if (options.dryRun === true) return EXIT.done;
  const back = undoPlan.lockers.filter(({ kind }) => kind === 'restore');
  if (back.length > 0 && asks && !(await askYes(session, `Undo the adoption of ${back.length} lockers?`))) return left(session);
  return undone(session, undoPlan, back.length === 0 ? [] : await restore(asking, { only, undoPlan }));
}

async function restore(
  asking: Asking,
  { only, undoPlan }: { only: ReturnType<typeof onlyOf>; undoPlan: UndoPlan },
): Promise<readonly string[]> {
  const done = await askBox(asking, { do: 'undo', only, digest: undoPlan.digest });
  if (!('undone' in done)) throw unexpected(asking.box);
  return done.undone;
}

function undone(session: Session, { box, lockers }: UndoPlan, restored: readonly string[]): number {
  const stays = lockers.filter(({ kind }) => kind === 'can-not');
  const nothing = lockers.length === 0 ? `${box}: nothing was adopted` : '';
  end(
    session,
    { kind: 'undone', box, lockers: restored, stays },
    nothing || `${box}: ${restored.length} lockers as they were, ${stays.length} stay adopted`,
  );
  return stays.length > 0 ? EXIT.exceptions : EXIT.done;
}

interface Shown {
  readonly dryRun: boolean;
  readonly lines: readonly string[];
  readonly object: object;
}

/** Of a dry run it is what was asked for. */
function show(session: Session, { dryRun, lines, object }: Shown): void {
  const { io, json } = session;
  if (json) printObject(io, object);
  else if (dryRun) printLines(io.stdout, lines);
  else for (const line of lines) session.progress(line);
}

function end({ io, json }: Session, object: object, line: string): number {
  if (json) printObject(io, object);
  else printLines(io.stdout, [line]);
  return EXIT.done;
}

function left(session: Session): number {
  session.progress('Nothing was changed.');
  return EXIT.aborted;
}

const unexpected = (box: string): Fault =>
  new Fault('ProtocolMismatch', `lockerctl on ${box} answered something else than was asked.`);
