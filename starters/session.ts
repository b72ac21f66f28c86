/**
 * What every command that speaks to a rollout begins with: the fleet file read, the box found in
 * it, and (when asked for) the environment started and the door to Temporal opened.
 */
import { resolve } from 'node:path';
import { makeFleetFile } from '../activities/adapters/fleet-file';
import type * as codecModule from '../codec/data-converter';
import { Fault } from '../domain/faults';
import type { BoxInput, Fleet } from '../domain/model/fleet';
import { BoxName } from '../domain/model/ids';
import { didYouMean } from '../domain/model/near-miss';
import type * as environmentModule from '../embedded/ensure-environment';
import type * as sandboxModule from '../embedded/sandbox-box';
import { printLines } from './io';
import type { Io } from './io';
import type * as doorModule from './operations/door';
import type { Door } from './operations/door';

export interface SharedOptions {
  readonly box: string;
  readonly fleet?: string;
  readonly json?: boolean;
}

export interface Session {
  readonly io: Io;
  readonly json: boolean;
  readonly fleet: Fleet;
  readonly box: BoxName;
  readonly boxInput: BoxInput;
  /** One line on stderr. */
  progress(line: string): void;
  /** `fresh`: what is started or planned must run today's code and this fleet file. */
  open(worker: 'fresh' | 'any'): Promise<Door>;
  close(): Promise<void>;
}

/** Faults: FleetFileMissing, FleetFileInvalid, UnknownBox. Starts nothing. */
export async function openSession(options: SharedOptions, io: Io): Promise<Session> {
  const file = resolve(options.fleet ?? io.env['LOCKSTEP_FLEET'] ?? 'fleet.yaml');
  const fleet = await makeFleetFile(file).read();
  const { box, boxInput } = findBox(fleet, options.box);
  const progress = (line: string) => printLines(io.stderr, [line]);
  let connection: { close(): Promise<void> } | null = null;
  const open = async (worker: 'fresh' | 'any') => {
    const { ensureEnvironment, openDoor, sandboxBoxOf, dataConverterFrom } = lazily();
    const dataConverter = dataConverterFrom(io.env);
    const sandbox = boxInput.sandbox && worker === 'fresh' ? sandboxBoxOf(box, boxInput.ssh, file) : null;
    const environment = await ensureEnvironment({ env: io.env, fleetFile: file, worker, sandbox, progress });
    connection = environment.connection;
    return openDoor({ ...environment, dataConverter });
  };
  return { io, json: options.json ?? false, fleet, box, boxInput, progress, open, close: async () => connection?.close() };
}

/** Temporal's client takes longer to load than a wrong flag takes to be told. */
function lazily() {
  const { ensureEnvironment } = require('../embedded/ensure-environment') as typeof environmentModule;
  const { openDoor } = require('./operations/door') as typeof doorModule;
  const { sandboxBoxOf } = require('../embedded/sandbox-box') as typeof sandboxModule;
  const { dataConverterFrom } = require('../codec/data-converter') as typeof codecModule;
  return { ensureEnvironment, openDoor, sandboxBoxOf, dataConverterFrom };
}

function findBox(fleet: Fleet, name: string): { box: BoxName; boxInput: BoxInput } {
  const parsed = BoxName.safeParse(name);
  const boxInput = parsed.success ? fleet.boxes[parsed.data] : undefined;
  if (parsed.success && boxInput !== undefined) return { box: parsed.data, boxInput };
  const known = Object.keys(fleet.boxes);
  const hint = didYouMean(name, known);
  throw new Fault('UnknownBox', `There is no box ${JSON.stringify(name)} in ${fleet.file}${hint}.`, {
    evidence: [`boxes: ${known.join(', ') || 'none'}`],
  });
}
