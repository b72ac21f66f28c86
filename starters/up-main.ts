/** The command line of `up`. */
import { resolve } from 'node:path';
import { makeFleetFile } from '../activities/adapters/fleet-file';
import { boxOf } from '../domain/model/service-of';
import type { Fleet } from '../domain/model/fleet';
import { BoxName } from '../domain/model/ids';
import type * as ensureModule from '../embedded/ensure-environment';
import type { Environment } from '../embedded/ensure-environment';
import type * as sandboxModule from '../embedded/sandbox-box';
import type { SandboxBox } from '../embedded/sandbox-box';
import { EXIT } from './exit-codes';
import { printLines, printObject } from './io';
import type { Io } from './io';
import { newCommand, runCommand, wantsJson } from './run-command';
import { unlessInterrupted } from './unless-interrupted';

interface UpOptions {
  readonly box?: string;
  readonly fleet?: string;
  readonly sandbox: boolean;
  readonly json?: boolean;
}

export async function upMain(argv: readonly string[], io: Io): Promise<number> {
  return runCommand(argv, io, async () => {
    const command = newCommand('up', io, wantsJson(argv))
      .description('Starts what a rollout needs and is missing: the Temporal server, the worker, the sandbox boxes of the fleet.')
      .option('--box <name>', 'of the sandbox boxes only this one')
      .option('--no-sandbox', 'no sandbox box')
      .option('--fleet <file>', 'the fleet file (default: LOCKSTEP_FLEET, else fleet.yaml)')
      .option('--json', 'one JSON object on stdout')
      .allowExcessArguments(false);
    command.parse(argv, { from: 'user' });
    return upCommand(command.opts<UpOptions>(), io);
  });
}

async function upCommand(options: UpOptions, io: Io): Promise<number> {
  const fleetFile = resolve(options.fleet ?? io.env['LOCKSTEP_FLEET'] ?? 'fleet.yaml');
  const boxes = sandboxBoxes(await makeFleetFile(fleetFile).read(), options);
  const started = await unlessInterrupted(io.interrupted, () => startAll(io, fleetFile, boxes));
  if (started === null) {
    io.stderr.write('\nInterrupted. `npm run up` goes on where it was, `npm run down` ends what was started.\n');
    return EXIT.detached;
  }
  const { address, namespace, webUi } = started;
  const names = boxes.map(({ box }) => box);
  if (options.json) printObject(io, { kind: 'up', address, namespace, webUi, boxes: names });
  else printLines(io.stdout, upLines(started, names));
  return EXIT.done;
}

function upLines({ address, namespace, webUi }: Environment, boxes: readonly string[]): string[] {
  return [
    `Temporal server  ${address}, namespace ${namespace}`,
    ...(webUi === null ? [] : [`Web UI           ${webUi}`]),
    'worker           polls',
    ...boxes.map((box) => `sandbox box      ${box}`),
  ];
}

/** A box that is no sandbox has nothing to start: it is there, or it is not. */
function sandboxBoxes(fleet: Fleet, { box, sandbox }: UpOptions): SandboxBox[] {
  const { sandboxBoxOf } = require('../embedded/sandbox-box') as typeof sandboxModule;
  const names = box === undefined ? Object.keys(fleet.boxes) : [box];
  const inputs = names.map((name) => ({ name, input: boxOf(fleet, name) }));
  return inputs
    .filter(({ input }) => sandbox && input.sandbox)
    .map(({ name, input }) => sandboxBoxOf(BoxName.parse(name), input.ssh, fleet.file));
}

/** The first call starts what all share; the others find it and add their box. */
async function startAll(io: Io, fleetFile: string, boxes: readonly SandboxBox[]): Promise<Environment> {
  // Temporal's client takes longer to load than a wrong flag takes to be told.
  const { ensureEnvironment } = require('../embedded/ensure-environment') as typeof ensureModule;
  const progress = (line: string) => void io.stderr.write(`${line}\n`);
  const common = { env: io.env, fleetFile, worker: 'fresh', progress } as const;
  const [first = null, ...others] = boxes;
  const environment = await ensureEnvironment({ ...common, sandbox: first });
  await environment.connection.close();
  for (const sandbox of others) await (await ensureEnvironment({ ...common, sandbox })).connection.close();
  return environment;
}
