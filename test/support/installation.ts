/** A whole Lockstep for an e2e suite: a sandbox box of its own, and a home with its own server and worker. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli, start } from './cli';
import type { Ended, Running } from './cli';
import { makeSandbox } from './sandbox';
import type { Sandbox, SandboxWishes } from './sandbox';

export interface Installation {
  readonly sandbox: Sandbox;
  readonly env: NodeJS.ProcessEnv;
  /** `start-rollout --box … --json …`, followed to its end. */
  rollout(...args: readonly string[]): Promise<Ended>;
  /** The same, in the background. */
  startRollout(...args: readonly string[]): Running;
  /** `lockstep VERB --box … …`. */
  lockstep(verb: string, ...args: readonly string[]): Promise<Ended>;
  close(): Promise<void>;
}

export interface Wanted {
  readonly lockers: number;
  readonly policy?: Record<string, unknown>;
  /** Over the sandbox's own, see makeSandbox. */
  readonly values?: SandboxWishes['values'];
}

/** The binary that the product found once is shared by all suites of a run. */
const BINARIES = join(__dirname, '../../.lockstep/bin');

/** Other suites share the cores: the pressure gate would wait for them. Where a suite is about it, it says its own. */
const OPEN = { pressure: { cpuSomeAvg10: 100 } };

export async function anInstallation({ lockers, policy, values }: Wanted): Promise<Installation> {
  const home = await mkdtemp(join(tmpdir(), 'lockstep-home-'));
  const made = await makeSandbox({ lockers, ...(policy && { policy: { ...OPEN, ...policy } }), ...(values && { values }) });
  const sandbox: Sandbox = {
    ...made,
    writeFleet: ({ policy: next, ...more }) => made.writeFleet({ ...more, ...(next && { policy: { ...OPEN, ...next } }) }),
  };
  const env = { LOCKSTEP_HOME: home, LOCKSTEP_BIN: BINARIES };
  const common = ['--box', sandbox.box, '--fleet', sandbox.fleetFile];
  return {
    sandbox,
    env,
    rollout: (...args) => runCli('start-rollout', [...common, '--json', ...args], env),
    startRollout: (...args) => start('start-rollout', [...common, '--json', ...args], env),
    lockstep: (verb, ...args) => runCli('lockstep', [verb, ...common, ...args], env),
    async close() {
      await runCli('down', [], env);
      await sandbox.down();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** The last line of `--json`. */
export function finishedOf(
  ended: Ended,
): { kind: string; state: string; counts: Record<string, number> } & Record<string, unknown> {
  const last = ended.objects.at(-1);
  if (last === undefined) throw new Error(`no JSON line (exit ${ended.code})\n${ended.stdout}\n${ended.stderr}`);
  return last as never;
}
