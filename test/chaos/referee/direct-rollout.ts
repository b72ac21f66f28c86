/** What a rollout asks of a box, asked by a test: quicker than a whole one, and free to be wrong. */
import { BoxConfig } from '../../../domain/protocol/box-config';
import type { BoxName, LockerName } from '../../../domain/model/ids';
import type { UpdateOutcome } from '../../../domain/model/outcome';
import type { Release } from '../../../domain/model/release';
import { serviceConfigOf, stageTargetOf } from '../../../domain/model/service-of';
import type { VerbResult } from '../../../domain/protocol/verbs';
import { parseFleet } from '../../../domain/model/parse-fleet';
import { readFile } from 'node:fs/promises';
import { aHolder } from '../../box/support/a-client';
import type { Holder } from '../../box/support/a-client';
import type { Sandbox } from '../../support/sandbox';

export interface DirectRollout {
  readonly sandbox: Sandbox;
  readonly holder: Holder;
  stage(ref: string): Promise<Release>;
  /** One that it does not run yet. */
  stageOther(locker: string): Promise<Release>;
  update(locker: string, release: Release, cycle?: number): Promise<UpdateOutcome>;
  verify(locker: string): Promise<VerbResult<'verify'>>;
  stop(locker: string, cycle?: number): Promise<VerbResult<'stop'>>;
  start(locker: string, cycle?: number): Promise<VerbResult<'start'>>;
  settle(keepReleases: number): Promise<VerbResult<'settle'>>;
  /** Gives the lease back. */
  end(): Promise<void>;
  close(): void;
}

/** Other suites may load this machine. */
const LANE = { maxStarting: 8, pressure: { cpuSomeAvg10: 100, memoryAvailable: 0, loadPerCore: 1_000, holdAfterMs: 60_000 } };
const STOP = { timeoutMs: 30_000, onTimeout: 'kill' } as const;
const START = { lane: LANE, startDeadlineMs: 60_000 };
const REFS = ['v1', 'stable'];

let count = 0;

const of = (locker: string) => ({ locker: locker as LockerName });

export async function aDirectRollout(sandbox: Sandbox, { force = false } = {}): Promise<DirectRollout> {
  const id = `r${Date.now().toString(36)}-${++count}`;
  const config = BoxConfig.parse(JSON.parse(await readFile(sandbox.boxLayout.boxConfig, 'utf8')));
  const holder = await aHolder({ config }, id, force);
  const fleet = parseFleet(await readFile(sandbox.fleetFile, 'utf8'), sandbox.fleetFile);
  const box = sandbox.box as BoxName;
  let staged = 0;
  const resolve = async (ref: string) => {
    const asked = { service: serviceConfigOf(fleet, box), codeRef: ref, configRef: 'stable', since: null };
    return (await holder.lockerd.call('resolve', asked)).release;
  };
  const stage = async (release: Release) => {
    const target = stageTargetOf(fleet, box, release);
    staged += 1;
    await holder.ask('stage', { target, lockers: sandbox.lockers as LockerName[], freeBytesNeeded: 0 }, { cycle: staged });
    return release;
  };
  return {
    sandbox,
    holder,
    stage: async (ref) => stage(await resolve(ref)),
    stageOther: async (locker) => {
      const running = await sandbox.revision(locker);
      const releases = await Promise.all(REFS.map(resolve));
      return stage(releases.find(({ code }) => code.build !== running) as Release);
    },
    update: (locker, { id: to }, cycle = 1) => holder.ask('update', { ...of(locker), ...START, stop: STOP, to }, { cycle }),
    verify: (locker) => holder.ask('verify', { ...of(locker), goodProbes: 2, stableMs: 300, deadlineMs: 60_000 }),
    stop: (locker, cycle = 1) => holder.ask('stop', { ...of(locker), stop: STOP, drain: null }, { cycle }),
    start: (locker, cycle = 1) => holder.ask('start', { ...of(locker), ...START }, { cycle }),
    settle: (keepReleases) =>
      holder.ask('settle', { summary: { state: 'succeeded', release: null, counts: {}, by: 'test' }, keepReleases }),
    end: async () => {
      await holder.lockerd.call('release-lease', { holder: id, generation: holder.generation });
    },
    close: () => holder.lockerd.close(),
  };
}
