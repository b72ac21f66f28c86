/** What was started from here and how it is. Looks only: nothing is made, mended or ended by it. */
import { existsSync } from 'node:fs';
import { Fault } from '../domain/faults';
import { sshDoorOf } from '../sandbox/box-addresses';
import { lockerdPid } from '../sandbox/box-processes';
import { openSandbox } from '../sandbox/find-box';
import type { BoxState } from '../sandbox/sandbox-state';
import { lockstepHome } from './home';
import type { Home } from './home';
import { checkLayout } from './home-layout';
import { findRecord } from './lost-process';
import { identityOf, startedAt } from './process-identity';
import type { ProcessName, ProcessRecord } from './process-record';
import { sandboxesOf } from './sandbox-box';
import { serverOf } from './temporal-server';

/** `stale-record`: it has ended; `not-ours`: its pid belongs to another process by now; `stopped`: the box knows of none. */
export type ProcessState = 'running' | 'stale-record' | 'not-ours' | 'stopped';

export interface Listed {
  readonly name: string;
  readonly pid: number | null;
  /** ISO 8601. */
  readonly since: string | null;
  readonly address: string | null;
  readonly version: string | null;
  readonly state: ProcessState;
}

/** Faults: HomeUnusable. */
export async function listProcesses(env: NodeJS.ProcessEnv): Promise<Listed[]> {
  const home = lockstepHome(env);
  await checkLayout(home);
  const ours = await Promise.all((['temporal', 'worker'] as const).map((name) => recorded(home, name)));
  const boxes = await Promise.all((await sandboxesOf(home)).map(sandboxRows));
  return [...ours, ...boxes].flat();
}

async function recorded(home: Home, name: ProcessName): Promise<Listed[]> {
  const record = await findRecord(home, name);
  if (record !== null) return name === 'temporal' ? serverRows(record) : [workerRow(record)];
  const row = { name: NAMES[name], pid: null, since: null, address: null, version: null, state: 'stale-record' as const };
  return existsSync(home.record(name)) ? [row] : [];
}

const NAMES: Readonly<Record<ProcessName, string>> = { temporal: 'server', worker: 'worker' };

/** The Web UI is the server's own process; its address is a row, since that is what people look for. */
function serverRows(record: ProcessRecord): Listed[] {
  const { address, webUi } = serverOf(record.detail);
  const row = rowOf('server', record, address);
  return [row, { ...row, name: 'web-ui', address: webUi }];
}

/** Its address is the server's that it polls. */
const workerRow = (record: ProcessRecord): Listed => rowOf('worker', record, record.detail['address'] ?? '-');

function rowOf(name: string, record: ProcessRecord, address: string): Listed {
  const { pid, at, detail } = record;
  return { name, pid, since: at, address, version: detail['version'] ?? null, state: stateOf(record) };
}

function stateOf({ pid, identity }: { pid: number; identity: string }): ProcessState {
  const now = identityOf(pid);
  return now === null ? 'stale-record' : now === identity ? 'running' : 'not-ours';
}

async function sandboxRows(dir: string): Promise<Listed[]> {
  try {
    return (await Promise.all((await openSandbox(dir)).state.boxes.map(boxRows))).flat();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return [{ name: 'sandbox', pid: null, since: null, address: dir, version: null, state: 'stale-record' }];
  }
}

async function boxRows(box: BoxState): Promise<Listed[]> {
  const { host, port } = sshDoorOf(box);
  const version = `${box.lockers.length} ${box.lockers.length === 1 ? 'locker' : 'lockers'}, ${box.kind}`;
  const lockerd = await lockerdPid(box);
  const state = box.sshd === null ? 'stopped' : stateOf(box.sshd);
  const [sshPid, runs] = [box.sshd?.pid ?? null, state === 'running'];
  return [
    {
      name: `sandbox ${box.name}`,
      pid: sshPid,
      since: runs ? startedAt(sshPid ?? 0) : null,
      address: `${host}:${port}`,
      version,
      state,
    },
    {
      name: `lockerd ${box.name}`,
      pid: lockerd,
      since: lockerd === null ? null : startedAt(lockerd),
      address: null,
      version: null,
      state: lockerd === null ? 'stopped' : 'running',
    },
  ];
}
