/** One run: a rollout, a fault at a moment of it, the mending, the end, the judgement. */
import { setTimeout as sleep } from 'node:timers/promises';
import { boxPaths } from '../../box/paths';
import { askBuild } from '../../sandbox/ask-locker';
import type { BoxState } from '../../sandbox/sandbox-state';
import type { Ended, Running } from '../support/cli';
import type { Installation } from '../support/installation';
import type { Phase, Struck } from './contract';
import type { Draw } from './draw-run';
import { endCommand } from './end-command';
import { followToEnd } from './follow-to-end';
import type { Followed } from './follow-to-end';
import { tailJournal } from './journal-tail';
import { judgeRun } from './judge-run';
import { keepEvidence } from './keep-evidence';
import { LEASE_RETURNED } from './boundaries';
import { momentText } from './moment';
import type { Moment } from './moment';
import { openRolloutWorld } from './open-rollout-world';
import { phaseOf } from './phase-of';
import { startReferee } from './referee/referee';
import type { Referee } from './referee/referee';
import { recoveryOf } from './recovery-of';
import type { RunResult } from './run-result';
import { watchRollout } from './rollout-watch';
import type { CommandSeen } from './rollout-watch';
import type { RolloutWorld } from './world';

export interface RunRequest extends Draw {
  readonly installation: Installation;
  /** Also of a run that is as it must be. */
  readonly keepAll: boolean;
  readonly say: (line: string) => void;
}

/** 'outside': the fault fell outside the rollout, or found nothing to hit; it proves nothing. */
export type Ran = Omit<RunResult, 'misses'> | 'outside';

interface Run {
  readonly request: RunRequest;
  readonly world: RolloutWorld;
  readonly referee: Referee;
  /** All commands of this run, the newest last. */
  readonly commands: Running[];
  /** What the lockers answered before. */
  readonly before: ReadonlyMap<string, string>;
  /** That the rollout is to bring. */
  readonly build: string;
  readonly follows: (command: Running) => void;
}

export async function runOnce(request: RunRequest): Promise<Ran> {
  const { installation, fault, seed, say } = request;
  const open = openRolloutWorld(request);
  const { world } = open;
  const commands: Running[] = [];
  const before = await buildsOf(await world.box());
  const { build } = await installation.sandbox.commit({ message: `Seed ${seed}` });
  const referee = await startReferee(installation.sandbox);
  const run: Run = {
    request,
    world,
    referee,
    commands,
    before,
    build: build ?? '',
    follows: (command) => {
      if (!commands.includes(command)) commands.push(command);
      open.follows(command);
    },
  };
  try {
    await fault.prepare?.(world);
    return await strikeRollout(run);
  } finally {
    await referee.stop();
    for (const command of commands) await endCommand(command);
    for (const failed of await open.close()) say(`could not be undone: ${failed}`);
  }
}

async function strikeRollout(run: Run): Promise<Ran> {
  const { request, world, follows } = run;
  const { installation, fault, moment } = request;
  const watch = await watchRollout(tailJournal(boxPaths(installation.sandbox.boxConfig).journal));
  const began = performance.now();
  const command = installation.startRollout();
  follows(command);
  const there = await watch.until(moment, seenOf(command));
  const phase = there ? phaseNow(moment, phaseOf(await watch.look())) : 'ended';
  const struck = phase === 'ended' ? NOT_STRUCK : await fault.strike(world);
  const [followed, mended] = await Promise.all([followToEnd(command, { installation, world, follows }), mend(world, struck)]);
  // What ends badly by itself is not passed over as a missed moment.
  if (struck.missed && followed.end === 'succeeded') return 'outside';
  const recovery = recoveryOf(await watch.look(), mended.at);
  const seconds = (performance.now() - began) / 1_000;
  return { ...(await resultOf(run, { struck, followed, mended })), phase, seconds, recovery };
}

const NOT_STRUCK: Struck = { what: 'not struck', missed: true };

interface Over {
  readonly struck: Struck;
  readonly followed: Followed;
  readonly mended: Mended;
}

async function resultOf(run: Run, { struck, followed, mended }: Over): Promise<Omit<Judged, 'phase' | 'seconds' | 'recovery'>> {
  const { request, world, commands } = run;
  const { seed, fault, replay, moment, installation } = request;
  const box = await world.box();
  const unstruck = struck.missed ? [`it ended ${followed.end}, and no fault struck`] : [];
  const violations = [...unstruck, ...mended.violations, ...(await judgeRun({ ...run, fault, followed, box }))];
  const whats = { seed, fault: fault.name, replay, what: struck.what, moment: momentText(moment) };
  const keeps = violations.length > 0 || request.keepAll;
  const kept = !keeps ? null : await keepEvidence(installation, await endsOf(commands));
  return { ...whats, end: followed.end, resumes: followed.resumes, told: followed.told, violations, kept };
}

type Judged = Exclude<Ran, 'outside'>;

async function endsOf(commands: readonly Running[]): Promise<Ended[]> {
  for (const command of commands) await endCommand(command);
  return Promise.all(commands.map(({ ended }) => ended));
}

function seenOf({ child }: Running): CommandSeen {
  let text = '';
  child.stderr?.on('data', (chunk: string | Buffer) => (text += String(chunk)));
  return { started: () => text.includes('started box/'), ended: () => child.exitCode !== null || child.signalCode !== null };
}

/** At that boundary the lease is back and the workflow not yet closed. */
function phaseNow(moment: Moment, phase: Phase): Phase {
  return moment.kind === 'boundary' && moment.boundary.name === LEASE_RETURNED ? 'settling' : phase;
}

interface Mended {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly violations: readonly string[];
}

/** As a person would who comes by after a while: what the fault broke for good, then the next command. */
async function mend(world: RolloutWorld, struck: Struck): Promise<Mended> {
  await sleep(struck.mendAfterMs ?? 0);
  let at = Date.now();
  try {
    await struck.mend?.();
    // The time of our own processes to come up counts as recovery.
    at = Date.now();
    await world.ensureOrchestrator();
    return { at, violations: [] };
  } catch (error) {
    return { at, violations: [`could not be mended: ${String(error)}`] };
  }
}

async function buildsOf(box: BoxState): Promise<Map<string, string>> {
  const answers = await Promise.all(box.lockers.map(async (locker) => [locker, await askBuild(box, locker)] as const));
  return new Map(answers.map(([locker, build]) => [locker, build ?? '']));
}
