/** Takes an adoption back, as far as it can be (domain/adopt/decide-undo.ts): each original in place again, and nothing left of what was made. */
import { readdir, readlink, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { AdoptionRecord, UndoPlan } from '../../domain/adopt/adoption';
import { decideUndo } from '../../domain/adopt/decide-undo';
import type { UndoFacts } from '../../domain/adopt/decide-undo';
import { Fault } from '../../domain/faults';
import type { CodeId, LockerName } from '../../domain/model/ids';
import type { SeenLocker } from '../../domain/model/inventory';
import { configurationOf } from '../containers/configuration-of';
import type { BoxContext } from '../context';
import { readLastStage } from '../release/last-stage';
import { directoryId, mountedDirectories } from '../release/mounted';
import { takeNameAway, removeUnfinished } from '../release/unfinished';
import { lockersWithVersions, syncFolder, versionsOf } from '../release/versions';
import { digestOfText, readRecord, writeRecord } from './adoption-record';
import { unlinkData } from './owners-link';

export async function seeUndo(box: BoxContext, only: readonly LockerName[], inventory: readonly SeenLocker[]): Promise<UndoPlan> {
  const { lockers: adopted } = await readRecord(box);
  const names = Object.keys(adopted).toSorted() as LockerName[];
  const strange = only.filter((name) => !names.includes(name));
  if (strange.length > 0)
    throw new Fault('UnknownLocker', `${strange.join(', ')} on ${box.config.box} was not adopted.`, {
      evidence: [`adopted: ${names.join(', ') || 'none'}`],
      cure: 'Name one that was, or leave --only out.',
    });
  const chosen = names.filter((name) => only.length === 0 || only.includes(name));
  const seen = (name: LockerName) => inventory.find((locker) => locker.name === name);
  const lockers = await Promise.all(
    chosen.map(async (name) => decideUndo(await factsOf(box, adopted, { name, seen: seen(name) }))),
  );
  const text = JSON.stringify(lockers.map(({ name, kind }) => [name, kind]));
  return { box: box.config.box, lockers, digest: digestOfText(text) };
}

async function factsOf(
  box: BoxContext,
  adopted: AdoptionRecord['lockers'],
  { name, seen }: { name: LockerName; seen: SeenLocker | undefined },
): Promise<UndoFacts> {
  const { now, original } = await configurationOf(box).digests(name);
  return {
    name,
    record: adopted[name] as UndoFacts['record'],
    config: now,
    original,
    runs: (seen?.initPid ?? null) !== null,
    version: seen?.running?.version ?? null,
    owed: (seen?.owed ?? null) !== null,
  };
}

export interface Undoing {
  readonly progress: (line: string) => void;
  /** Told before each effect; what it throws ends the work there, as a death would. */
  readonly before?: (effect: string) => void;
}

export async function undoAdoption(
  box: BoxContext,
  plan: UndoPlan,
  { progress, before = () => {} }: Undoing,
): Promise<LockerName[]> {
  const back = plan.lockers.filter(({ kind }) => kind === 'restore').map(({ name }) => name);
  const codes = new Set(Object.values((await readRecord(box)).lockers).map(({ code }) => code));
  for (const [index, name] of back.entries()) {
    await undoLocker(box, name, before);
    progress(`[${index + 1}/${back.length}] ${name} as it was`);
  }
  before('code');
  await removeUnusedCode(box, codes);
  await removeStage(box, codes);
  return back;
}

/** The config first, its record last: in between everything may be asked for again. */
async function undoLocker(box: BoxContext, name: LockerName, before: (effect: string) => void): Promise<void> {
  const record = await readRecord(box);
  const entry = record.lockers[name];
  if (!entry) return;
  const configuration = configurationOf(box);
  before('config');
  const { now } = await configuration.digests(name);
  if (now === entry.before) await configuration.forgetOriginal(name);
  else await configuration.bringBack(name);
  before('link');
  await unlinkData(box, name, entry.me);
  before('versions');
  await takeNameAway(box, box.paths.locker(name));
  await removeUnfinished(box, box.paths.lockersRoot);
  before('record');
  const { [name]: _undone, ...others } = record.lockers;
  await writeRecord(box, { ...record, lockers: others });
}

/** Copies that nothing names or has mounted any more. */
async function removeUnusedCode(box: BoxContext, codes: ReadonlySet<CodeId>): Promise<void> {
  const used = await usedCode(box);
  const mounted = await mountedDirectories([box.paths.codeRoot]);
  for (const code of codes) {
    const id = await directoryId(box.paths.code(code));
    if (id === null || used.has(code) || mounted === null || mounted.has(id)) continue;
    await takeNameAway(box, box.paths.code(code));
  }
  if ((await readdir(box.paths.codeRoot).catch(() => [])).length > 0) await removeUnfinished(box, box.paths.codeRoot);
}

async function usedCode(box: BoxContext): Promise<ReadonlySet<string>> {
  const used = new Set<string>();
  for (const locker of await lockersWithVersions(box)) {
    for (const version of await versionsOf(box, locker))
      used.add(basename(await readlink(join(box.paths.version(locker, version), 'code')).catch(() => '')));
  }
  return used;
}

/** Only where the adoption left it: a later stage's is the rollouts'. */
async function removeStage(box: BoxContext, codes: ReadonlySet<CodeId>): Promise<void> {
  const none = Object.keys((await readRecord(box)).lockers).length === 0;
  const stage = await readLastStage(box);
  if (!none || stage === null || !codes.has(stage.target.release.code.id)) return;
  await rm(box.paths.lastStage, { force: true });
  await syncFolder(box.paths.state);
}
