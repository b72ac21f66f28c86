/** One rollout through the front door, measured from outside. */
import { lockstepHome } from '../embedded/home';
import { readRecord } from '../embedded/process-record';
import { lockerdPid } from '../sandbox/box-processes';
import { boxNamed, openSandbox } from '../sandbox/find-box';
import { finishedOf } from '../test/support/installation';
import type { Installation } from '../test/support/installation';
import { temporalCli } from '../test/support/temporal-cli';
import { journalTimes } from './journal-times';
import type { JournalTimes } from './journal-times';
import { commandsMs, lockersMs, processMs } from './machine';
import { watchFromOutside } from './outside-watch';

export interface MeasuredRollout {
  /** From the first halt signal to the last first answer. */
  readonly movingMs: number;
  /** From the first drain on the box to the end of the workflow: what the efficiency is of. */
  readonly wallMs: number;
  /** From the command's start to its end: Temporal, worker, plan and staging included. */
  readonly commandMs: number;
  readonly downMs: readonly number[];
  readonly cpuMs: {
    readonly lockers: number;
    readonly cli: number;
    readonly worker: number;
    readonly temporal: number;
    readonly lockerd: number;
  };
  readonly historyEvents: number;
  readonly times: JournalTimes;
}

export async function measuredRollout(here: Installation, ref: string): Promise<MeasuredRollout> {
  const before = await spent(here);
  const outside = await watchFromOutside(here.sandbox);
  const [began, beganAt] = [performance.now(), Date.now()];
  const ended = await here.rollout('--ref', ref);
  const commandMs = performance.now() - began;
  const after = await spent(here);
  await outside.close();
  const planned = here.sandbox.lockers.length;
  const { state, counts } = finishedOf(ended);
  if (state !== 'succeeded' || counts['updated'] !== planned || outside.seen.length !== planned)
    throw new Error(`${state}, ${JSON.stringify(counts)}, ${outside.seen.length} signals\n${ended.stderr}`);
  const workflow = await described(here);
  const times = await journalTimes(here.sandbox, beganAt);
  const signals = outside.seen.map(({ signalledAt }) => signalledAt);
  return {
    movingMs: Math.max(...outside.seen.map(({ answeredAt }) => answeredAt)) - Math.min(...signals),
    wallMs: workflow.closedAt - times.firstAt,
    commandMs,
    downMs: outside.seen.map(({ signalledAt, answeredAt }) => answeredAt - signalledAt),
    cpuMs: {
      lockers: after.lockers - before.lockers,
      cli: after.cli - before.cli,
      worker: after.worker - before.worker,
      temporal: after.temporal - before.temporal,
      lockerd: after.lockerd - before.lockerd,
    },
    historyEvents: workflow.events,
    times,
  };
}

/** Started by the command itself, so they may not be there before. */
async function spent({ env, sandbox }: Installation) {
  const home = lockstepHome(env);
  const { state } = await openSandbox(sandbox.dir);
  const ofRecord = async (name: string) => {
    const record = await readRecord(home, name);
    return record === null ? 0 : processMs(record.pid);
  };
  const lockerd = await lockerdPid(boxNamed(state, sandbox.box));
  return {
    lockers: await lockersMs(sandbox.netns),
    cli: await commandsMs(),
    worker: await ofRecord('worker'),
    temporal: await ofRecord('temporal'),
    lockerd: lockerd === null ? 0 : await processMs(lockerd),
  };
}

interface Described {
  readonly workflowExecutionInfo: { readonly closeTime: string; readonly historyLength: string };
}

async function described({ env, sandbox }: Installation): Promise<{ closedAt: number; events: number }> {
  const text = await temporalCli(env, ['workflow', 'describe', '-w', `box/${sandbox.box}`, '-o', 'json']);
  const { closeTime, historyLength } = (JSON.parse(text) as Described).workflowExecutionInfo;
  return { closedAt: Date.parse(closeTime), events: Number(historyLength) };
}
