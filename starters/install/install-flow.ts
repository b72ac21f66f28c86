/** Look, judge, show, ask, do. */
import { dial } from '../../activities/adapters/ssh/dial';
import { checkBox } from '../../activities/adapters/ssh/preflight';
import { mergeConfig } from '../../box-install/merge-config';
import type { Frame, HostFacts, Plan, Wanted } from '../../box-install/wanted';
import { Fault } from '../../domain/faults';
import { lockerdAnswered } from '../../domain/protocol/status-exit';
import { adminRoute } from '../adopt/admin-route';
import { askYes, mustBeAskable } from '../ask-yes';
import { findingLines } from '../doctor/finding-lines';
import { EXIT } from '../exit-codes';
import { printLines, printObject } from '../io';
import { paintFor } from '../render/paint';
import type { Session } from '../session';
import { changeLines } from './change-lines';
import { checkHost } from './check-host';
import { PLACES } from './install-places';
import { givenOf, installationOf } from './install-request';
import type { Given, InstallOptions } from './install-request';
import { runOnHost } from './run-on-host';
import type { Host } from './run-on-host';
import { wantedOf } from './wanted-of';
import type { Installation } from './wanted-of';

const CONNECT_MS = 20_000;

export async function installFlow(session: Session, options: InstallOptions): Promise<number> {
  const { box } = session;
  if (options.yes !== true && options.dryRun !== true)
    mustBeAskable(session, `install-box asks before it changes anything on ${box}`);
  const given = await givenOf(session, options);
  const connection = await dial(await adminRoute(session, options), CONNECT_MS);
  try {
    const { sudo } = await checkBox(connection, box);
    return await withHost(session, { options, given, host: { connection, box, sudo } });
  } finally {
    connection.close();
  }
}

interface Run {
  readonly options: InstallOptions;
  readonly given: Given;
  readonly host: Host;
}

async function withHost(session: Session, { options, given, host }: Run): Promise<number> {
  const { box, io, json } = session;
  const { facts, clock } = await look(host, given);
  const installation = await installationOf(session, given, facts);
  judge(session, { facts, installation, clock });
  const wanted = wantedOf(installation, facts);
  const plan = planIn(await runOnHost(host, { do: 'plan', places: PLACES, wanted }));
  showPlan(session, plan, options.dryRun === true);
  if (options.dryRun === true) return EXIT.done;
  if (
    plan.changes.length > 0 &&
    options.yes !== true &&
    !(await askYes(session, `Make these ${plan.changes.length} changes on ${box}?`))
  ) {
    session.progress('Nothing was changed.');
    return EXIT.aborted;
  }
  await makeThem(session, host, { plan, wanted });
  if (json) printObject(io, { kind: 'installed', box, changed: plan.changes.length > 0, changes: plan.changes.length });
  else
    io.stdout.write(`${box}: ${plan.changes.length === 0 ? 'nothing to change' : `installed, ${plan.changes.length} changes`}\n`);
  return EXIT.done;
}

interface Looked {
  readonly facts: HostFacts;
  readonly clock: { readonly asked: number; readonly answered: number };
}

export async function look(host: Host, { asked }: Pick<Given, 'asked'>): Promise<Looked> {
  const began = Date.now();
  const frames = await runOnHost(host, { do: 'look', places: PLACES, asked });
  const found = frames.find((frame) => 'facts' in frame);
  if (found === undefined || !('facts' in found)) throw strange(host);
  return { facts: found.facts, clock: { asked: began, answered: Date.now() } };
}

function judge(session: Session, { facts, installation, clock }: Looked & { installation: Installation }): void {
  const { config, login, hook } = installation;
  const needsSudo = login.account !== 'root';
  const { lxcPath, kind } = mergeConfig(facts.installed, config);
  const findings = checkHost(facts, { box: session.box, kind, lxcPath, needsSudo, hook, clock });
  for (const line of findingLines(findings, paintFor(session.io.stderr, session.io.env))) session.progress(line);
  const failed = findings.filter(({ state }) => state === 'fail');
  if (failed.length === 0) return;
  throw new Fault('BoxUnfit', `${session.box} lacks something that Lockstep needs; nothing was changed.`, {
    evidence: failed.map(({ check, seen }) => `${check}: ${seen}`),
    cure: failed.map(({ cure }) => cure).join(' '),
  });
}

function planIn(frames: readonly Frame[]): Plan {
  const found = frames.find((frame) => 'plan' in frame);
  if (found !== undefined && 'plan' in found) return found.plan;
  throw new Fault('CommandFailed', 'The program on the host made no plan.');
}

/** Of a dry run it is what was asked for. */
export function showPlan(session: Session, plan: Plan, dryRun: boolean): void {
  const { io, json, box } = session;
  if (json && dryRun) return printObject(io, { kind: 'changes', box, changes: plan.changes });
  const out = dryRun ? io.stdout : io.stderr;
  const lines = changeLines(plan.changes, paintFor(out, io.env));
  printLines(out, dryRun && lines.length === 0 ? [`${box}: nothing to change`] : lines);
}

async function makeThem(
  session: Session,
  host: Host,
  { plan, wanted }: { plan: Plan; wanted: readonly Wanted[] },
): Promise<void> {
  const asked = { do: 'install', places: PLACES, wanted, digest: plan.digest } as const;
  const frames = await runOnHost(host, asked, (text) => session.progress(`done: ${text}`));
  if (frames.some((frame) => 'changedMeanwhile' in frame)) throw changedMeanwhile(session.box);
  const lockerd = frames.find((frame) => 'lockerd' in frame);
  if (lockerd === undefined || !('lockerd' in lockerd)) throw strange(host);
  const { exit, lines } = lockerd.lockerd;
  if (lockerdAnswered(exit)) return;
  throw new Fault('LockerdMissing', `Everything is in place on ${session.box}, but lockerd does not answer.`, {
    evidence: [`$ lockerctl status  → exit ${exit}`, ...lines],
    cure: 'Read its log on the box; then run install-box again.',
  });
}

export const changedMeanwhile = (box: string): Fault =>
  new Fault('WorldChanged', `${box} changed since the changes were shown; nothing was done.`, { cure: 'Run it again.' });

const strange = ({ box }: Host): Fault =>
  new Fault('CommandFailed', `The program on ${box} answered something else than was asked.`);
