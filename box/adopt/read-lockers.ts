/** The lockers that an adoption is about, each as it is now: its config, its process, and whether it is adopted already. */
import type { AdoptionRecord, AdoptLocker, AdoptProblem, AdoptRequest } from '../../domain/adopt/adoption';
import { Fault } from '../../domain/faults';
import type { LockerName } from '../../domain/model/ids';
import type { SeenLocker } from '../../domain/model/inventory';
import type { ServiceConfig } from '../../domain/model/service';
import { targetsOf } from '../../domain/model/targets';
import type { Targets } from '../../domain/model/targets';
import { configurationOf } from '../containers/configuration-of';
import type { BoxContext } from '../context';
import { inParallel } from '../inspect/in-parallel';
import { lockerProblems } from '../inspect/preflight';
import { digestOfText, readRecord } from './adoption-record';
import type { OldLocker } from './find-places';
import { initFacts } from './init-facts';
import type { InitFacts } from './init-facts';

/** One that is to be adopted. */
export interface Reading extends OldLocker {
  readonly seen: SeenLocker;
  readonly init: InitFacts | null;
}

export interface Readings {
  readonly old: readonly Reading[];
  /** Like them, and not asked for: what is theirs is known all the same. */
  readonly others: readonly Reading[];
  /** Folders. */
  readonly dataOfAdopted: readonly string[];
  /** Asked for, and nothing to do for them, or nothing that could be done. */
  readonly settled: readonly AdoptLocker[];
}

const AT_ONCE = 12;

/** Faults: UnknownLocker, NothingToPlan. */
export async function readLockers(box: BoxContext, request: AdoptRequest, inventory: readonly SeenLocker[]): Promise<Readings> {
  const chosen = new Set(chooseLockers(box, request, inventory).map(({ name }) => name));
  const record = await readRecord(box);
  const all = await inParallel(inventory, AT_ONCE, (seen) => readLocker(box, { record, service: request.service }, seen));
  const old = all.flatMap((one) => ('source' in one ? [one] : []));
  return {
    old: old.filter(({ name }) => chosen.has(name)),
    others: old.filter(({ name }) => !chosen.has(name)),
    dataOfAdopted: Object.values(record.lockers).map(({ me }) => me),
    settled: all.flatMap((one) => ('source' in one || !chosen.has(one.name) ? [] : [one])),
  };
}

function chooseLockers({ config }: BoxContext, { only }: AdoptRequest, inventory: readonly SeenLocker[]): readonly SeenLocker[] {
  const names = inventory.map(({ name }) => name);
  const unknown = only.filter((name) => !names.includes(name));
  const where = `${config.lxcPath} by the pattern ${config.lockerPattern}`;
  if (names.length === 0)
    throw new Fault('NothingToPlan', `${config.box} has no locker: no container in ${where}.`, {
      cure: 'Run install-box with the --lxc-path and --locker-pattern of this box, then adopt it.',
    });
  if (unknown.length > 0)
    throw new Fault('UnknownLocker', `There is no locker ${unknown.join(', ')} on ${config.box}.`, {
      evidence: [`lockers in ${where}: ${names.join(', ')}`],
      cure: 'Name lockers that are there, or run install-box with another --locker-pattern.',
    });
  return only.length === 0 ? inventory : inventory.filter(({ name }) => only.includes(name));
}

interface Known {
  readonly record: AdoptionRecord;
  readonly service: ServiceConfig;
}

async function readLocker(box: BoxContext, { record, service }: Known, seen: SeenLocker): Promise<Reading | AdoptLocker> {
  const { name } = seen;
  const configuration = configurationOf(box);
  try {
    const text = await configuration.text(name);
    const state = await stateOf(box, record, { name, text, initPid: seen.initPid, targets: targetsOf(service) });
    if (state !== 'old') return settled(box, seen, state === 'edited' ? EDITED : null);
    const source = await configuration.source(name, text);
    return { name, source, seen, init: seen.initPid === null ? null : await initFacts(seen.initPid, box.now()) };
  } catch (error) {
    return settled(box, seen, unreadable((error as Error).message));
  }
}

async function stateOf(
  box: BoxContext,
  record: AdoptionRecord,
  at: { name: LockerName; text: string; initPid: number | null; targets: Targets },
): Promise<'old' | 'adopted' | 'edited'> {
  const entry = record.lockers[at.name];
  const digest = digestOfText(at.text);
  if (entry && digest !== entry.before) return digest === entry.after ? 'adopted' : 'edited';
  if (entry) return 'old';
  // One that was made for Lockstep from the first.
  const problems = (await lockerProblems(box, at.name, at)).filter(({ code }) => code !== 'autostart-on');
  return problems.length === 0 ? 'adopted' : 'old';
}

const EDITED: AdoptProblem = {
  code: 'config-edited',
  detail: 'its config was edited since it was adopted',
  cure: 'Take the edit out and run adopt-box again, or keep it and leave this locker out.',
};

const unreadable = (detail: string): AdoptProblem => ({
  code: 'config-unreadable',
  detail,
  cure: 'Mend its config, or leave the locker out: --only LOCKER,LOCKER.',
});

function settled(box: BoxContext, { name, initPid }: SeenLocker, problem: AdoptProblem | null): AdoptLocker {
  return {
    name,
    runs: initPid !== null,
    kind: problem === null ? 'already' : 'adopt',
    configFile: configurationOf(box).placeOf(name),
    difference: [],
    notes: [],
    problems: problem === null ? [] : [problem],
  };
}

/** Containers beside the lockers: left alone, and said, since a pattern may be wrong. */
export async function strangersOf(box: BoxContext): Promise<string[]> {
  const lockers = new Set<string>(await box.lxc.list());
  const names = await configurationOf(box)
    .names()
    .catch(() => []);
  return names.filter((name) => !lockers.has(name));
}
