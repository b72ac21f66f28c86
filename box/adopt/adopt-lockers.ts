/**
 * Carries an adoption out. Each step looks first, so that a second run goes on where the first died:
 * the record before the first change, the LXC config last; from that rename on a locker counts as adopted.
 * No process is touched.
 */
import type { AdoptRequest, OldCode } from '../../domain/adopt/adoption';
import type { LockerName } from '../../domain/model/ids';
import { configurationOf } from '../containers/configuration-of';
import type { BoxContext } from '../context';
import { readLastStage, writeLastStage } from '../release/last-stage';
import { makeAdoptedVersion } from './adopted-version';
import { digestOfText, readRecord, writeRecord } from './adoption-record';
import { copyTree } from './copy-tree';
import { linkData } from './owners-link';
import type { Adoption, ToAdopt } from './see-adoption';

export interface Adopting {
  readonly request: AdoptRequest;
  readonly adoption: Adoption;
  /** `local:<user>`. */
  readonly by: string;
  readonly progress: (line: string) => void;
  /** Told before each effect; what it throws ends the work there, as a death would. */
  readonly before?: (effect: string) => void;
}

export async function adoptLockers(box: BoxContext, adopting: Adopting): Promise<LockerName[]> {
  const { request, adoption, progress } = adopting;
  const { tree, looking, plan, lockers } = adoption;
  if (tree === null || looking === undefined || plan.code === null) return [];
  adopting.before?.('copy');
  progress(`copying ${tree.tree} to ${box.paths.code(tree.id)}`);
  await copyTree(box, tree, looking);
  await leaveStage(box, request, plan.code);
  for (const [index, locker] of lockers.entries()) {
    await adoptLocker(box, adopting, { locker, code: plan.code });
    progress(`[${index + 1}/${lockers.length}] ${locker.name} adopted`);
  }
  return lockers.map(({ name }) => name);
}

/** Until the first rollout lockerd and the scripts know from it how these lockers are asked. */
async function leaveStage(box: BoxContext, { service, values, lockerValues }: AdoptRequest, code: OldCode): Promise<void> {
  if ((await readLastStage(box)) !== null) return;
  const release = {
    id: code.release,
    label: code.label,
    service: service.name,
    code: { id: code.id, revision: code.revision, build: code.build },
    config: { revision: code.revision },
  };
  await writeLastStage(box, { target: { release, service, values, lockerValues }, at: new Date(box.now()).toISOString() });
}

interface One {
  readonly locker: ToAdopt;
  readonly code: OldCode;
}

async function adoptLocker(box: BoxContext, adopting: Adopting, one: One): Promise<void> {
  const { request, by, before: told = () => {} } = adopting;
  const { name, folders, before, after } = one.locker;
  const configuration = configurationOf(box);
  told('record');
  await recordIt(box, by, one);
  told('link');
  await linkData(box, name, folders.me);
  told('version');
  await makeAdoptedVersion(box, { locker: name, service: request.service.name, code: one.code, config: folders.config, by });
  told('original');
  await configuration.keepOriginal(name, before);
  told('config');
  await configuration.write(name, after);
}

async function recordIt(box: BoxContext, by: string, { locker, code }: One): Promise<void> {
  const { name, folders, before, after } = locker;
  const record = await readRecord(box);
  const at = new Date(box.now()).toISOString();
  const digests = { before: digestOfText(before), after: digestOfText(after) };
  const entry = { at, by, me: folders.me, release: code.release, code: code.id, ...digests };
  await writeRecord(box, { ...record, lockers: { ...record.lockers, [name]: entry } });
}
