/** Looks at every locker of the box; changes nothing. With a target it also says what each one's config would be. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import type { LockerName } from '../../domain/model/ids';
import type { Inventory, SeenLocker } from '../../domain/model/inventory';
import type { ServiceConfig } from '../../domain/model/service';
import { targetsOf } from '../../domain/model/targets';
import type { Targets } from '../../domain/model/targets';
import type { VERBS } from '../../domain/protocol/verbs';
import type { BoxContext } from '../context';
import { recordOf, wantedOf } from '../journal/state';
import type { LockerRecord } from '../journal/records';
import type { BoxState } from '../journal/state';
import { readLastStage } from '../release/last-stage';
import { currentVersion, readRevision } from '../release/versions';
import { isCrashLoop } from '../upkeep/decide-upkeep';
import { hostFacts } from './host-facts';
import { inParallel } from './in-parallel';
import { lineagesOf } from './lineage';
import type { LineageOf } from './lineage';
import { lookAtTarget } from './look-at-target';
import { seenMigrations } from './seen-migrations';
import type { TargetLook } from './look-at-target';
import { lockerProblems } from './preflight';
import { askBuild } from './ask-build';
import { notAsked, probe } from './probe';
import type { Probed } from './probe';
import { runningVersion } from './running-version';

/** Each look may be an lxc-info: enough to keep two cores busy, not to be a load of its own. */
const AT_ONCE = 12;
/** A question costs next to nothing but the wait: 300 lockers that all hang must not outlast the asker's deadline. */
const ASKED_AT_ONCE = 64;

type Params = z.output<typeof VERBS.inspect.params>;

export async function inspect(box: BoxContext, state: BoxState, { target }: Params): Promise<Inventory> {
  const facts = await hostFacts(box);
  const service = target?.service ?? (await readLastStage(box))?.target.service ?? null;
  const [forTarget, lineageOf] = await Promise.all([lookAtTarget(box, target), lineagesOf(box, target)]);
  const names = await box.lxc.list();
  const seen = await inParallel(names, AT_ONCE, (name) =>
    look(box, { state, forTarget, lineageOf, targets: targetsOf(service), name }),
  );
  // What is asked by a command in the locker is a process of the box each.
  const atOnce = service?.probe.exec || service?.revision ? AT_ONCE : ASKED_AT_ONCE;
  const lockers = await inParallel(seen, atOnce, async (locker) => {
    const { mute, ...answers } = await answersOf(box, locker, service);
    // For a plan, one that is well must not count as sick before; whoever only looks is told what could be seen.
    if (mute !== null && target !== null) throw notAsked(locker.name, mute);
    return { ...locker, ...answers };
  });
  return {
    box: box.config.box,
    at: new Date(box.now()).toISOString(),
    ...facts,
    lease: state.lease,
    freeze: state.freeze,
    lockers,
    manifest: forTarget.manifest,
    migrations: seenMigrations(state, target, forTarget.manifest),
    rehearsal: forTarget.rehearsal,
  };
}

interface Look {
  readonly state: BoxState;
  readonly forTarget: TargetLook;
  readonly lineageOf: LineageOf;
  readonly targets: Targets;
  readonly name: LockerName;
}

type Silent = Omit<SeenLocker, 'healthy' | 'reportedBuild'>;

async function look(box: BoxContext, { state, forTarget, lineageOf, targets, name }: Look): Promise<Silent> {
  const seen = await box.lxc.see(name);
  const record = recordOf(state, name);
  const [addresses, version, problems] = await Promise.all([
    box.lxc.addresses(name),
    currentVersion(box, name),
    lockerProblems(box, name, { initPid: seen.init?.pid ?? null, targets }),
  ]);
  const init = seen.init;
  const current = version === null ? null : await readRevision(box, name, version);
  return {
    name,
    state: seen.state,
    address: addresses[0] ?? null,
    initPid: init?.pid ?? null,
    current,
    running: init ? await runningVersion(box, name, { initPid: init.pid, targets }) : null,
    next: record.next,
    wanted: wantedOf(state, name, init !== null),
    owed: record.owed,
    parked: record.parked,
    ...(await forTarget.of(name, current)),
    lineage: await lineageOf(current),
    crashLoop: isCrashLoop(record.crashes, box.now()) && (record.crashedOn ?? version) === version,
    rewound: rewoundOf(record.rewind),
    problems: seen.state === 'frozen' ? [...problems, { code: 'frozen', detail: 'the container is frozen' }] : problems,
  };
}

/** Where nobody knows yet how to ask, running is all that can be said. */
async function answersOf(box: BoxContext, { state, name }: Silent, service: ServiceConfig | null) {
  const runs = state === 'running';
  if (!runs || service === null) return { healthy: runs, reportedBuild: null, mute: null };
  const [probed, reported] = await Promise.all([probeUntilSent(box, name, service), askBuild(box, name, service)]);
  const mute = probed.local === true ? probed.detail : null;
  return { healthy: probed.kind === 'good', reportedBuild: reported?.build ?? null, mute };
}

/** What the box could not send has a moment to mend, such as a full table of neighbours. */
async function probeUntilSent(box: BoxContext, locker: LockerName, service: ServiceConfig): Promise<Probed> {
  for (let tries = 1; ; tries++) {
    const probed = await probe(box, locker, service);
    if (probed.local !== true || tries === MOST_TRIES) return probed;
    await sleep(TRY_AGAIN_MS);
  }
}
const MOST_TRIES = 3;
const TRY_AGAIN_MS = 500;

const rewoundOf = (rewind: LockerRecord['rewind']): SeenLocker['rewound'] =>
  rewind ? { from: rewind.from, to: rewind.to, since: rewind.since, end: rewind.end } : null;
