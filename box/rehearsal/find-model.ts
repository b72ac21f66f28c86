/**
 * What the throwaway locker is made like: the box's template for new lockers, or, where there is none or it
 * needs what only a person can give, the first locker that is there. Looks only.
 */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { LockerName } from '../../domain/model/ids';
import { targetsOf } from '../../domain/model/targets';
import type { Targets } from '../../domain/model/targets';
import type { StageTarget } from '../../domain/protocol/verbs';
import { configurationOf } from '../containers/configuration-of';
import type { BoxContext } from '../context';
import { includedFiles, parseLxcConfig } from '../inspect/lxc-settings';
import { newConfig, partOf } from '../new-locker/template';
import type { Model, Setting } from './model';
import { modelLack } from './model-lack';
import { REHEARSAL } from './rehearsal-box';

export async function findModel(box: BoxContext, target: StageTarget): Promise<Model | { readonly none: string }> {
  const template = await fromTemplate(box, target).catch((error: Error) => ({ none: error.message }));
  if (!('none' in template)) return template;
  return (await fromLockers(box, targetsOf(target.service))) ?? template;
}

/** The first of which a copy can be made; where there is none, the first. null: there is no locker. */
async function fromLockers(box: BoxContext, targets: Targets): Promise<Model | null> {
  let first: Model | null = null;
  for (const locker of await box.lxc.list()) {
    const model = await fromLocker(box, locker, targets);
    if ((await modelLack(box, model)) === null) return model;
    first ??= model;
  }
  return first;
}

async function fromTemplate(box: BoxContext, target: StageTarget): Promise<Model> {
  const text = await newConfig(box, REHEARSAL, valuesFor(target));
  const [rootfs, me] = await Promise.all([partOf(box, 'rootfs'), partOf(box, 'me')]);
  const settings = await flattened(text);
  const own = { current: box.paths.current(REHEARSAL), data: box.paths.me(REHEARSAL), targets: targetsOf(target.service) };
  return { of: null, settings, rootfs, me: me ?? (await firstData(box)), meIsCopied: me !== null, ...own };
}

/** What only single lockers have a value of their own for is taken of the first of them. */
export function valuesFor({ values, lockerValues }: StageTarget): StageTarget['values'] {
  const [sample = {}] = Object.values(lockerValues);
  return { ...sample, ...values };
}

async function fromLocker(box: BoxContext, locker: LockerName, targets: Targets): Promise<Model> {
  const settings = await flattened(await configurationOf(box).text(locker));
  const path = settings.findLast(([key]) => key === 'lxc.rootfs.path')?.[1] ?? '';
  const data = box.paths.me(locker);
  const own = { current: box.paths.current(locker), data, targets };
  return { of: locker, settings, rootfs: path.replace(/^dir:/, '') || null, me: data, meIsCopied: false, ...own };
}

async function firstData(box: BoxContext): Promise<string | null> {
  const [first] = await box.lxc.list();
  const folder = first === undefined ? null : box.paths.me(first);
  return folder !== null && (await stat(folder).catch(() => null)) ? folder : null;
}

/** An include that includes itself must not hang it. */
const MAX_DEPTH = 8;
const OF_LXC = '/usr/share/lxc/';

/** A site's own includes may hold mounts of secrets, which are to be seen. */
async function flattened(text: string, depth = 0): Promise<Setting[]> {
  const found: Setting[] = [];
  for (const [key, value] of parseLxcConfig(text)) {
    if (key !== 'lxc.include' || join('/', value).startsWith(OF_LXC) || depth >= MAX_DEPTH) found.push([key, value]);
    else for (const file of await includedFiles(value)) found.push(...(await flattened(await readFile(file, 'utf8'), depth + 1)));
  }
  return found;
}
