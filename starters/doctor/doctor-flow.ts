/** Every check, in the order of the way from here to the lockers. Looks only. */
import { resolve } from 'node:path';
import { makeFleetFile } from '../../activities/adapters/fleet-file';
import { accountHere } from '../../activities/adapters/ssh/surroundings';
import { Fault } from '../../domain/faults';
import { adminRoute } from '../adopt/admin-route';
import type { AdminLogin } from '../adopt/admin-route';
import { EXIT } from '../exit-codes';
import { printLines, printObject } from '../io';
import type { Io } from '../io';
import { rolloutsRoute } from '../install/install-request';
import { paintFor } from '../render/paint';
import { openSession } from '../session';
import type { Session, SharedOptions } from '../session';
import { boxFindings } from './box-findings';
import type { Finding } from './finding';
import { findingCounts, findingLines } from './finding-lines';
import { hostFindings, unseenHost } from './host-findings';
import { localFindings } from './local-findings';
import { askInventory, lookAtHost, tryShell } from './look-at-box';
import { lookLocally } from './look-locally';
import { forcedFinding, reachFindings } from './reach-findings';
import { lookAtRoute } from './route-findings';

export interface DoctorOptions extends Partial<SharedOptions>, AdminLogin {}

export async function doctorFlow(options: DoctorOptions, io: Io): Promise<number> {
  const file = resolve(options.fleet ?? io.env['LOCKSTEP_FLEET'] ?? 'fleet.yaml');
  const local = await lookLocally(io.env, { file, port: makeFleetFile(file) });
  const here = localFindings(local);
  const { box } = options;
  // Without a fleet file there is no box to ask either, and that is told already.
  const there = box === undefined || 'fault' in local.fleet ? [] : await boxSide({ ...options, box }, io);
  const findings = [...here, ...there];
  if (options.json) for (const finding of findings) printObject(io, { kind: 'finding', ...finding });
  else printLines(io.stdout, [...findingLines(findings, paintFor(io.stdout, io.env)), '', findingCounts(findings)]);
  return findings.some(({ state }) => state === 'fail') ? EXIT.failed : EXIT.done;
}

async function boxSide(options: DoctorOptions & SharedOptions, io: Io): Promise<Finding[]> {
  const session = await openSession(options, io);
  try {
    return [...(await overTheRelay(session)), ...(await overTheAdmin(session, options))];
  } finally {
    await session.close();
  }
}

async function overTheRelay(session: Session): Promise<Finding[]> {
  const { box, fleet, io } = session;
  const way = await lookAtRoute(session);
  const asked = await askInventory(box, { read: async () => fleet }, accountHere(io.env));
  const reached = reachFindings(asked instanceof Fault ? asked.details : null);
  const isIn = reached.some(({ check, state }) => check === 'login' && state === 'ok');
  const forced = forcedFinding(isIn ? await tryShell(await rolloutsRoute(session)) : null);
  return [...way, ...reached, forced, ...(asked instanceof Fault ? [] : boxFindings(asked))];
}

async function overTheAdmin(session: Session, options: DoctorOptions): Promise<Finding[]> {
  const { box } = session;
  if (options.as === undefined && options.identity === undefined) return unseenHost('needs an admin: --as USER@HOST');
  const facts = await lookAtHost(box, await adminRoute(session, options));
  if (!(facts instanceof Fault)) return hostFindings(facts, box);
  const told: Finding = { check: "admin's login", state: 'fail', seen: facts.sentence, cure: facts.cure };
  return [told, ...unseenHost("not looked at: the admin's login failed")];
}
