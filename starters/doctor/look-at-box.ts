/** Asks the box as a rollout would, tries what its key opens besides, and looks with an admin's login where one is given. */
import { dial } from '../../activities/adapters/ssh/dial';
import { checkBox } from '../../activities/adapters/ssh/preflight';
import type { Route } from '../../activities/adapters/ssh/route';
import { runRemote } from '../../activities/adapters/ssh/run-remote';
import { makeSshBoxPort } from '../../activities/adapters/ssh/ssh-box-port';
import type { Account } from '../../activities/adapters/ssh/ssh-box-port';
import type { FleetPort } from '../../activities/ports/fleet-port';
import type { HostFacts } from '../../box-install/wanted';
import { Fault } from '../../domain/faults';
import type { BoxName } from '../../domain/model/ids';
import { look } from '../install/install-flow';
import type { Asked } from './box-findings';
import { orFault } from './look-locally';

const ANSWERS_WITHIN_MS = 60_000;
const CONNECT_MS = 20_000;

export async function askInventory(box: BoxName, fleet: FleetPort, account: Account): Promise<Asked | Fault> {
  const port = makeSshBoxPort({ fleet, account });
  try {
    return await orFault(async () => {
      const asked = Date.now();
      const inventory = await port.call(box, 'inspect', { target: null }, { deadlineMs: ANSWERS_WITHIN_MS });
      return { inventory, clock: { asked, answered: Date.now() } };
    });
  } finally {
    await port.close();
  }
}

const SHELL = 'lockstep-was-given-a-shell';

/** A forced command runs in place of whatever is asked for. */
export async function tryShell(route: Route): Promise<{ shell: boolean } | null> {
  const connection = await orFault(() => dial(route, CONNECT_MS));
  if (connection instanceof Fault) return null;
  try {
    const ran = await runRemote(connection, { command: `echo ${SHELL}`, stdin: '', timeoutMs: CONNECT_MS });
    return { shell: ran.stdout.includes(SHELL) };
  } finally {
    connection.close();
  }
}

export async function lookAtHost(box: BoxName, route: Route): Promise<HostFacts | Fault> {
  return orFault(async () => {
    const connection = await dial(route, CONNECT_MS);
    try {
      const { sudo } = await checkBox(connection, box);
      const { facts } = await look({ connection, box, sudo }, { asked: {} });
      return facts;
    } finally {
      connection.close();
    }
  });
}
