/**
 * A sandbox box of its own for a test: real LXC, real sshd, the product's lockerd. What it tells
 * comes from the lockers: their answers, their boot logs, their data; never from our own state.
 */
import { chmod, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ran } from '../../box/run';
import { BoxConfig } from '../../domain/protocol/box-config';
import { askBuild, isHealthy, isQuiesced } from '../../sandbox/ask-locker';
import { addressOf } from '../../sandbox/box-addresses';
import { bringUp } from '../../sandbox/bring-up';
import { commitRevision } from '../../sandbox/commit-revision';
import type { Committed, CommitRequest } from '../../sandbox/commit-revision';
import { execInBox } from '../../sandbox/exec-in-box';
import { boxNamed, openSandbox } from '../../sandbox/find-box';
import { Misbehaviour, misbehave } from '../../sandbox/misbehaviour';
import { QUICK_POLICY, sandboxFleetText } from '../../sandbox/sandbox-fleet';
import type { FleetWishes } from '../../sandbox/sandbox-fleet';
import { boxLayout, sandboxLayout } from '../../sandbox/sandbox-layout';
import type { BoxLayout, SandboxLayout } from '../../sandbox/sandbox-layout';
import { lxcBox } from '../../sandbox/sandbox-state';
import { takeDown } from '../../sandbox/take-down';
import { dataReport } from './data-report';
import type { DataReport } from './data-report';

export interface SandboxWishes {
  readonly lockers: number;
  readonly box?: string;
  /** Of the service, in place of the quick one. */
  readonly policy?: Record<string, unknown>;
  /** Over the sandbox's own: startCpuMs, jobEveryMs, jobMedianMs, jobSigma, greeting. */
  readonly values?: FleetWishes['values'];
}

export interface BootEvent {
  readonly at: string;
  readonly event: 'boot' | 'signal' | 'exit' | 'abort' | 'crash';
  readonly build: string;
  /** In its container: 1. */
  readonly pid: number;
  /** The kernel's, in clock ticks: tells one life from the next. */
  readonly startTime: string;
  readonly signal?: string;
  readonly code?: number;
  readonly why?: string;
}

export interface Sandbox {
  readonly dir: string;
  readonly box: string;
  readonly lockers: readonly string[];
  /** Its own fleet.yaml. */
  readonly fleetFile: string;
  readonly layout: SandboxLayout;
  readonly boxLayout: BoxLayout;
  readonly boxConfig: BoxConfig;
  readonly netns: string;
  /** Of the host in the box's network. */
  address(locker: string): string;
  /** The build that it says it runs; throws when it does not answer. */
  revision(locker: string): Promise<string>;
  health(locker: string): Promise<boolean>;
  quiesced(locker: string): Promise<boolean>;
  bootLog(locker: string): Promise<BootEvent[]>;
  data(locker: string): Promise<DataReport>;
  /** The chain of checksums holds and no accepted item was lost. */
  dataIsWhole(locker: string): Promise<boolean>;
  /** null: behave again. `when` defaults to always. */
  misbehave(locker: string, how: Record<string, unknown> | null): Promise<void>;
  commit(request: CommitRequest): Promise<Committed>;
  /** Writes fleet.yaml anew. */
  writeFleet(wishes: Omit<FleetWishes, 'boxes'>): Promise<void>;
  /** On the box, as root, with the box's commands on the PATH. */
  exec(...argv: readonly string[]): Promise<Ran>;
  down(): Promise<void>;
}

/** What becomes of lockers on a bad release is asked in most suites; rehearsal.test.ts is about the one that finds it out before. */
const unrehearsed = (policy: Record<string, unknown>) => ({ rehearsal: 'off', ...policy });

const EXEC_WITHIN_MS = 120_000;

export async function makeSandbox({ lockers, box: name = 'lxc12', policy, values }: SandboxWishes): Promise<Sandbox> {
  const dir = await mkdtemp(join(tmpdir(), 'lockstep-sandbox-'));
  // The box then lies in the folder itself (place-box.ts).
  await chmod(dir, 0o755);
  const layout = sandboxLayout(dir);
  const down = async () => void (await takeDown({ dir, progress: () => {} }));
  const wishes = { boxes: [name], policy: unrehearsed(policy ?? QUICK_POLICY), ...(values && { values }) };
  const fleetFile = join(dir, 'fleet.yaml');
  const lines: string[] = [];
  const progress = (line: string) => void lines.push(line);
  const box = await bringUp({ dir, box: name, lockers, progress, ...(values && { values }) }).catch(async (error: unknown) => {
    await down();
    throw error;
  });
  await writeFile(fleetFile, sandboxFleetText(layout, wishes));
  const places = boxLayout(box.folder);
  const data = async (locker: string) => dataReport(await readFile(join(places.me(locker), 'data'), 'utf8'));
  return {
    dir,
    box: name,
    lockers: box.lockers,
    fleetFile,
    layout,
    boxLayout: places,
    boxConfig: BoxConfig.parse(JSON.parse(await readFile(places.boxConfig, 'utf8'))),
    netns: lxcBox(box).netns,
    address: (locker) => addressOf(box, locker),
    revision: async (locker) => {
      const build = await askBuild(box, locker);
      if (build === null) throw new Error(`${locker} on ${name} does not say its build`);
      return build;
    },
    health: (locker) => isHealthy(box, locker),
    quiesced: (locker) => isQuiesced(box, locker),
    bootLog: async (locker) => bootEvents(await readFile(join(places.me(locker), '.boot-log'), 'utf8').catch(() => '')),
    data,
    dataIsWhole: async (locker) => {
      const { broken, lost } = await data(locker);
      return broken === null && lost === 0;
    },
    misbehave: (locker, how) => misbehave(box, locker, how === null ? null : Misbehaviour.parse(how)),
    commit: (request) => commitRevision(layout, request),
    writeFleet: async (changed) =>
      writeFile(
        fleetFile,
        sandboxFleetText(layout, { ...wishes, ...changed, policy: unrehearsed(changed.policy ?? wishes.policy) }),
      ),
    // Read anew: a repaired box has another sshd.
    exec: async (...argv) => execInBox(boxNamed((await openSandbox(dir)).state, name), argv, EXEC_WITHIN_MS),
    down,
  };
}

const bootEvents = (text: string): BootEvent[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as BootEvent);
