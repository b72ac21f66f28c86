/** A RolloutWorld over an installation, for one run: what faults may look at and do. */
import { lockstepHome } from '../../embedded/home';
import { readRecord, runs } from '../../embedded/process-record';
import { lockerdPid } from '../../sandbox/box-processes';
import { boxNamed, openSandbox } from '../../sandbox/find-box';
import { lxcBox } from '../../sandbox/sandbox-state';
import { workflowIdOf } from '../../workflows/messages';
import type { Running } from '../support/cli';
import type { Installation } from '../support/installation';
import { embeddedServer } from '../support/temporal-cli';
import { withChildren } from './end-command';
import { ensureOrchestrator } from './ensure-orchestrator';
import { knowCommand, knowUndo } from './installation-life';
import type { Random } from './random';
import type { RolloutWorld } from './world';

export interface OpenWorld {
  readonly world: RolloutWorld;
  /** The command that is to be killed by a fault that kills it. */
  follows(command: Running): void;
  /** Undoes everything that `onClose` was given; says what could not be undone. */
  close(): Promise<string[]>;
}

interface WorldOptions {
  readonly installation: Installation;
  readonly random: Random;
  readonly say: (line: string) => void;
}

export function openRolloutWorld({ installation, random, say }: WorldOptions): OpenWorld {
  const { sandbox, env } = installation;
  const undos: (() => Promise<void>)[] = [];
  let command: Running | null = null;
  const box = async () => lxcBox(boxNamed((await openSandbox(sandbox.dir)).state, sandbox.box));
  const pidOf = async (name: string) => {
    const record = await readRecord(lockstepHome(env), name);
    return runs(record) ? record.pid : null;
  };
  const world: RolloutWorld = {
    installation,
    box,
    workerPid: () => pidOf('worker'),
    serverPid: () => pidOf('temporal'),
    lockerdPid: async () => lockerdPid(await box()),
    cliPids: async () => {
      const { pid = 0, exitCode = 0, signalCode = null } = command?.child ?? {};
      return exitCode === null && signalCode === null ? withChildren(pid) : [];
    },
    ensureOrchestrator: () => ensureOrchestrator(installation),
    workflowId: workflowIdOf(sandbox.box),
    temporalAddress: async () => (await embeddedServer(env)).address,
    random,
    say,
    onClose: (undo) => void undos.push(undo),
  };
  const close = async () => {
    const failed: string[] = [];
    for (const undo of undos.splice(0).toReversed()) await undo().catch((error: unknown) => failed.push(String(error)));
    return failed;
  };
  knowUndo(installation, close);
  const follows = (running: Running) => {
    command = running;
    knowCommand(installation, running);
  };
  return { world, follows, close };
}
