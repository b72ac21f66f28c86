/** Runs one after the other on one installation, and on a fresh one where the last run may have left its mark. */
import { lockstepHome } from '../../embedded/home';
import { readRecord, runs as isRunning } from '../../embedded/process-record';
import { isHealthy } from '../../sandbox/ask-locker';
import { boxNamed, openSandbox } from '../../sandbox/find-box';
import type { Installation } from '../support/installation';
import { openChaosInstallation } from './chaos-installation';
import type { Draw } from './draw-run';
import { kill } from './end-command';
import { endLife } from './installation-life';
import { keepEvidence } from './keep-evidence';
import { momentText } from './moment';
import { runOnce } from './run-once';
import type { RunResult } from './run-result';

export interface Lane {
  /** `again`: the draw that takes the place of one that fell outside the rollout. */
  run(again: (attempt: number) => Draw): Promise<RunResult>;
  close(): Promise<void>;
}

export interface LaneOptions {
  readonly say: (line: string) => void;
  /** Journal and logs of every run, not only of those with violations. */
  readonly keepAll: boolean;
}

/** The journal and Temporal's database grow with each run. */
const RUNS_PER_INSTALLATION = 20;
/** A moment late in the rollout may be missed; this often in a row it is no chance. */
const DRAWS = 8;

export function openLane({ say, keepAll }: LaneOptions): Lane {
  let opening: Promise<Installation> | null = null;
  let runs = 0;
  let closed = false;
  const end = async () => {
    const ending = opening;
    opening = null;
    runs = 0;
    const installation = await ending?.catch(() => null);
    if (installation) await closeAtOnce(installation);
  };
  const fitInstallation = async () => {
    const current = await opening?.catch(() => null);
    const fits = current && runs < RUNS_PER_INSTALLATION && (await allHealthy(current));
    if (!fits) await end();
    // Whoever closed it meanwhile has cleared everything away.
    if (closed) throw new Error('the lane was closed');
    opening ??= openChaosInstallation();
    runs += 1;
    return opening;
  };
  const runDraw = async (draw: Draw) => {
    let installation: Installation | null = null;
    try {
      installation = await fitInstallation();
      return await runOnce({ ...draw, installation, keepAll, say });
    } catch (error) {
      return brokenOff(installation, draw, error);
    }
  };
  return {
    close: async () => {
      closed = true;
      await end();
    },
    run: async (again) => {
      for (let attempt = 0; attempt < DRAWS; attempt += 1) {
        const ran = await runDraw(again(attempt));
        if (ran === 'outside') continue;
        if (ran.violations.length > 0 || ran.end !== 'succeeded') await end();
        return { ...ran, misses: attempt };
      }
      return { ...resultOf(again(0), `${DRAWS} draws in a row missed the rollout`), misses: DRAWS };
    },
  };
}

/** A worker that is asked to end waits for its steps, and nobody needs them any more. */
async function closeAtOnce(installation: Installation): Promise<void> {
  await endLife(installation);
  const record = await readRecord(lockstepHome(installation.env), 'worker');
  if (isRunning(record)) kill(record.pid);
  await installation.close();
}

async function allHealthy({ sandbox }: Installation): Promise<boolean> {
  const box = boxNamed((await openSandbox(sandbox.dir)).state, sandbox.box);
  return (await Promise.all(box.lockers.map((locker) => isHealthy(box, locker)))).every(Boolean);
}

/** The harness itself or a fault's own code failed: never passed over in silence. */
async function brokenOff(installation: Installation | null, draw: Draw, error: unknown): Promise<Omit<RunResult, 'misses'>> {
  const kept = installation && (await keepEvidence(installation, []).catch(() => null));
  const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { ...resultOf(draw, `the run broke off: ${why}`), kept };
}

function resultOf({ seed, fault, moment, replay }: Draw, violation: string): Omit<RunResult, 'misses'> {
  return {
    seed,
    fault: fault.name,
    replay,
    what: '-',
    moment: momentText(moment),
    phase: 'planning',
    end: 'no-end',
    resumes: 0,
    seconds: 0,
    recovery: null,
    violations: [violation],
    told: [],
    kept: null,
  };
}
