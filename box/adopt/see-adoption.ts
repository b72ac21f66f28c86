/**
 * All that an adoption must know of a box, looked up at once, and the plan made of it. Changes nothing.
 * The texts that would be written are kept beside the plan: what is shown and what is done are the same.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { AdoptionPlan, AdoptLocker, AdoptProblem, AdoptRequest } from '../../domain/adopt/adoption';
import { within } from '../../domain/adopt/below';
import { lastOf, settingsIn } from '../../domain/adopt/lxc-config';
import { rootfsOf } from '../../domain/adopt/mounts';
import { oldBuild } from '../../domain/adopt/old-build';
import { wantedConfig } from '../../domain/adopt/wanted-config';
import type { Entry, Folders } from '../../domain/adopt/wanted-mounts';
import type { LockerName } from '../../domain/model/ids';
import { targetsOf } from '../../domain/model/targets';
import type { SeenLocker } from '../../domain/model/inventory';
import { configurationOf } from '../containers/configuration-of';
import type { BoxContext } from '../context';
import { inParallel } from '../inspect/in-parallel';
import { askBuild } from '../inspect/ask-build';
import { endsBy, wouldEndBy } from '../inspect/ends-by';
import { revisionOfRelease } from '../release/find-release';
import { digestOfText } from './adoption-record';
import { findCode, findPlaces, mountsOfLocker, realOr } from './find-places';
import type { Looking, OldTree } from './old-tree';
import { dataInTheWay } from './owners-link';
import { readLockers, strangersOf } from './read-lockers';
import type { Reading, Readings } from './read-lockers';
import { seeServers } from './see-servers';
import { seeSameTree } from './see-tree';

export interface ToAdopt {
  readonly name: LockerName;
  readonly folders: Folders;
  readonly before: string;
  readonly after: string;
}

export interface Adoption {
  readonly plan: AdoptionPlan;
  /** null: nothing to do. */
  readonly tree: OldTree | null;
  readonly looking?: Looking;
  readonly lockers: readonly ToAdopt[];
}

const AT_ONCE = 12;

/** Throws faults where the box as a whole can't be adopted; what is wrong with one locker is in the plan. */
export async function seeAdoption(box: BoxContext, request: AdoptRequest, inventory: readonly SeenLocker[]): Promise<Adoption> {
  const readings = await readLockers(box, request, inventory);
  const strangers = await strangersOf(box);
  if (readings.old.length > 0) return planOld(box, { ...readings, request, strangers });
  return {
    plan: planOf(box, { code: null, lockers: [...readings.settled], found: [], strangers, notes: [] }),
    tree: null,
    lockers: [],
  };
}

interface Old extends Readings {
  readonly request: AdoptRequest;
  readonly strangers: readonly string[];
}

async function planOld(box: BoxContext, { request, old, others, dataOfAdopted, settled, strangers }: Old): Promise<Adoption> {
  const servers = await seeServers([...old, ...others], request.service.port);
  const own = servers.filter(({ name }) => old.some((locker) => locker.name === name));
  const code = await findCode(old, request, own);
  const all = await findPlaces({ lockers: [...old, ...others], code, asked: request, servers });
  const found = all.slice(0, old.length);
  const known = [...all.flatMap(({ folders }) => Object.values(folders)), ...dataOfAdopted];
  const places = [...all.flatMap(({ folders }) => [folders.me, folders.config]), ...dataOfAdopted];
  const roots = await Promise.all([...old, ...others].flatMap(({ source }) => rootfsOf(settingsIn(source)) ?? []).map(realOr));
  const looking = { tree: found[0]?.folders.code ?? '', service: request.service.name, places, roots };
  const tree = await seeSameTree(looking, [...new Set(found.map(({ folders }) => folders.code))]);
  // Some may be adopted already, among them those that could tell.
  const told = request.build ?? (await revisionOfRelease(box, tree.release))?.code.build ?? null;
  const { build, named, behind } = oldBuild(await answersOf(box, request, [...old, ...others]), tree, told);
  const changes = await inParallel(found, AT_ONCE, (one) => changeOf(box, { ...one, request, known }));
  const { at: _at, whole: _whole, holders: _holders, ...oldCode } = tree;
  const lockers = [...changes.map((change) => change.told), ...settled].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const notes = behind.length > 0 ? [behindNote(behind)] : [];
  const toAdopt = changes.map(({ told: { name }, folders, before, after }) => ({ name, folders, before, after }));
  const plan = planOf(box, { code: { ...oldCode, build, named }, lockers, found: own, strangers, notes, texts: toAdopt });
  return { plan, looking, tree, lockers: toAdopt };
}

const behindNote = (names: readonly string[]): string =>
  `${names.length} started before the last change of the tree (${names.slice(0, 6).join(', ')}${names.length > 6 ? ', …' : ''}): what they run is older than what they come up with next`;

async function answersOf(box: BoxContext, { service }: AdoptRequest, old: readonly Reading[]) {
  const running = old.filter(({ init }) => init !== null);
  return inParallel(running, AT_ONCE, async ({ name, init }) => ({
    name,
    startedAt: init?.startedAt ?? 0,
    build: (await askBuild(box, name, service))?.build ?? null,
  }));
}

interface Change {
  readonly request: AdoptRequest;
  readonly locker: Reading;
  readonly folders: Folders;
  readonly known: readonly string[];
  readonly problems: readonly AdoptProblem[];
}

async function changeOf(box: BoxContext, change: Change): Promise<{ told: AdoptLocker } & Omit<ToAdopt, 'name'>> {
  const { request, locker, folders, known } = change;
  const { name, source, seen, init } = locker;
  const current = box.paths.current(name);
  const wanted = wantedConfig({
    source,
    old: folders,
    wanted: { code: join(current, 'code'), config: join(current, 'config'), me: box.paths.me(name) },
    targets: targetsOf(request.service),
    ...(await onDisk(locker, folders)),
    known,
    rest: request.rest,
    handled: init?.handled ?? null,
    ends: await endsOf(locker),
  });
  const written = await configurationOf(box).asWritten(name, wanted);
  const told: AdoptLocker = {
    name,
    runs: seen.initPid !== null,
    kind: 'adopt',
    configFile: source.file,
    difference: [...written.difference],
    notes: [`data stays in ${folders.me}`, `config is copied from ${folders.config}`, ...wanted.notes, ...downNote(locker)],
    problems: [...change.problems, ...written.problems, ...(await dataInTheWay(box, name, folders.me))],
  };
  return { told, folders, before: source.text, after: written.text };
}

async function endsOf({ source, seen }: Reading): Promise<readonly number[] | null> {
  if (seen.initPid !== null) return endsBy(seen.initPid);
  const rootfs = rootfsOf(settingsIn(source));
  return rootfs === null ? null : wouldEndBy(rootfs);
}

/** LXC's own autostart goes, and lockerd starts at a boot what it has seen running. */
function downNote({ source, seen }: Reading): string[] {
  const starts = lastOf(settingsIn(source), 'lxc.start.auto')?.value === '1';
  return starts && seen.initPid === null ? ['it does not run: no boot starts it until `lockerctl start` did once'] : [];
}

/** Where its mounts really lead, and what lies beside the places in folders that are mounted as a whole. */
async function onDisk(locker: Reading, folders: Folders) {
  const rootfs = rootfsOf(settingsIn(locker.source));
  const sources = [
    ...mountsOfLocker(locker).flatMap(({ bind, source }) => (bind ? [source] : [])),
    ...(rootfs === null ? [] : [rootfs]),
  ];
  const real: Record<string, string> = {};
  const entries: Record<string, Entry[]> = {};
  for (const source of sources) {
    const path = await realOr(source);
    real[source] = path;
    const above = source !== rootfs && Object.values(folders).some((place) => place !== path && within(path, place));
    if (above) entries[path] = await entriesOf(path);
  }
  return { real, entries };
}

async function entriesOf(folder: string): Promise<Entry[]> {
  const found = await readdir(folder, { withFileTypes: true });
  return found.map((entry) => ({ name: entry.name, folder: entry.isDirectory() })).toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

interface Planned extends Omit<AdoptionPlan, 'box' | 'digest' | 'strangers'> {
  readonly strangers: readonly string[];
  readonly texts?: readonly ToAdopt[];
}

function planOf({ config }: BoxContext, { texts = [], ...plan }: Planned): AdoptionPlan {
  const covered = { code: plan.code && { id: plan.code.id, build: plan.code.build }, texts };
  const digest = digestOfText(JSON.stringify(covered));
  return { box: config.box, ...plan, strangers: [...plan.strangers], digest };
}
