/** Puts the evidence together, from the before picture, what was watched, and a look at the box now. */
import { boxPaths } from '../../../box/paths';
import { versionsOf } from '../../../box/release/versions';
import type { LockerName } from '../../../domain/model/ids';
import type { Sandbox } from '../../support/sandbox';
import { lockerdPids, seeContainer } from './containers';
import { takeDataPicture } from './data-picture';
import type { DataMark, DataPicture } from './data-picture';
import type { Evidence, Probe, ReleaseSight, Reported } from './evidence';
import { readWholeJournal } from './journal-files';
import { findLeftovers } from './leftovers';
import { currentRelease, filesMissing, readRevision } from './whole-release';

export interface Before {
  readonly since: number;
  /** Each locker's own answer; null: it did not serve. */
  readonly builds: ReadonlyMap<string, string | null>;
  readonly data: ReadonlyMap<string, { readonly picture: DataPicture; readonly mark: DataMark }>;
}

export interface Watched {
  readonly before: Before;
  readonly probes: readonly Probe[];
  readonly releases: readonly ReleaseSight[];
  readonly seenBuilds: ReadonlyMap<string, string>;
  readonly reported: Reported;
}

export async function takeBefore(sandbox: Sandbox): Promise<Before> {
  const since = Date.now();
  const [builds, data] = await Promise.all([
    answersOf(sandbox),
    eachLocker(sandbox, (locker) => takeDataPicture(sandbox, locker, null)),
  ]);
  return { since, builds, data };
}

export async function gatherEvidence(sandbox: Sandbox, watched: Watched): Promise<Evidence> {
  const { before, probes, releases, seenBuilds, reported } = watched;
  const containers = await eachLocker(sandbox, (locker) => seeContainer(sandbox, locker));
  const after = await eachLocker(sandbox, (locker) => takeDataPicture(sandbox, locker, before.data.get(locker)?.mark ?? null));
  const data = new Map([...after].map(([locker, { picture }]) => [locker, picture]));
  return {
    lockers: sandbox.lockers,
    since: before.since,
    now: Date.now(),
    buildsBefore: before.builds,
    answers: await answersOf(sandbox),
    journal: await readWholeJournal(boxPaths(sandbox.boxConfig).journal),
    bootLogs: await eachLocker(sandbox, (locker) => sandbox.bootLog(locker)),
    probes: [...probes],
    releases: [...releases, ...(await lastSights(sandbox))],
    containers,
    builds: new Map([...seenBuilds, ...(await stagedBuilds(sandbox))]),
    dataBefore: new Map([...before.data].map(([locker, { picture }]) => [locker, picture])),
    data,
    leftovers: await findLeftovers(sandbox),
    lockerds: await lockerdPids(sandbox),
    reported,
  };
}

/** null: it does not serve. */
function answersOf(sandbox: Sandbox): Promise<Map<string, string | null>> {
  return eachLocker(sandbox, async (locker) =>
    (await sandbox.health(locker)) ? sandbox.revision(locker).catch(() => null) : null,
  );
}

async function eachLocker<T>({ lockers }: Sandbox, look: (locker: string) => Promise<T>): Promise<Map<string, T>> {
  return new Map(await Promise.all(lockers.map(async (locker) => [locker, await look(locker)] as const)));
}

/** In the end every file of the code is looked at. */
async function lastSights(sandbox: Sandbox): Promise<ReleaseSight[]> {
  const sights: ReleaseSight[] = [];
  const files = new Map<string, string[]>();
  for (const locker of sandbox.lockers) {
    const { target, revision, missing } = await currentRelease(sandbox, locker);
    if (revision && !files.has(revision.code.id)) files.set(revision.code.id, await filesMissing(sandbox, revision));
    const inCode = (revision && files.get(revision.code.id)) ?? [];
    sights.push({ at: Date.now(), locker, target, missing: [...missing, ...inCode] });
  }
  return sights;
}

async function stagedBuilds(sandbox: Sandbox): Promise<Map<string, string>> {
  const paths = boxPaths(sandbox.boxConfig);
  const builds = new Map<string, string>();
  for (const locker of sandbox.lockers as readonly LockerName[]) {
    for (const version of await versionsOf({ paths }, locker)) {
      const revision = await readRevision(paths.version(locker, version));
      if (revision) builds.set(`${locker}/${version}`, revision.code.build);
    }
  }
  return builds;
}
