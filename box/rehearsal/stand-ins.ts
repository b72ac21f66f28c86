/**
 * What the throwaway locker sees in place of the box's own files: a mount is kept only where it is read only
 * and everybody on the box may read it. Whatever else is mounted, such as a file of keys or a folder that
 * lockers write to, is an empty one of the same user and mode.
 */
import { chmod, chown, mkdir, realpath, stat, writeFile } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { extname, join } from 'node:path';
import { within } from '../../domain/adopt/below';
import type { StageTarget } from '../../domain/protocol/verbs';
import type { BoxContext } from '../context';
import type { Secrets } from '../release/secrets';
import type { Model } from './model';
import { isPartOfData, ownMount, targetOf } from './own-mounts';

export interface Mount {
  readonly source: string;
  readonly target: string;
  readonly options: readonly string[];
}

/** Those that bring something of the box into the locker; proc, tmpfs and the like do not. */
export function bindsOf(model: Model): Mount[] {
  return model.settings.flatMap(([key, value]) => {
    const [source = '', target = '', , options = ''] = value.split(/\s+/);
    const parts = options.split(',');
    const isBind = parts.includes('bind') || parts.includes('rbind');
    const own = ownMount(model, { source, target });
    const isGiven = own !== null && !isPartOfData(own);
    const isOther = key === 'lxc.mount.entry' && isBind && !isGiven;
    return isOther ? [{ source, target: targetOf(target, model.rootfs), options: parts }] : [];
  });
}

/** Source → stand-in, laid down in the folder; null: there is nothing that could stand in for it. */
export async function makeStandIns(model: Model, folder: string): Promise<ReadonlyMap<string, string | null>> {
  const made = new Map<string, string | null>();
  await mkdir(folder, { recursive: true, mode: 0o755 });
  for (const [index, mount] of bindsOf(model).entries()) {
    const found = await stat(mount.source).catch(() => null);
    if (found === null || ((await isNobodys(model, mount)) && isPublic(mount, found))) continue;
    made.set(mount.source, await makeStandIn(join(folder, `${index}${extname(mount.source)}`), found));
  }
  return made;
}

/** Neither of its owner's data, by whatever way, nor laid into what is its own. */
async function isNobodys({ data, targets }: Model, { source, target }: Mount): Promise<boolean> {
  const [real, owned] = await Promise.all([source, data].map((path) => realpath(path).catch(() => path)));
  return !within(owned ?? data, real ?? source) && ![targets.me, targets.config].some((place) => within(place, `/${target}`));
}

function isPublic({ options }: Mount, { mode }: Stats): boolean {
  return options.includes('ro') && (mode & 0o004) !== 0;
}

/** Of the service's secrets: there, with the rights of the first locker's, and nothing in them. */
export async function emptySecrets(box: BoxContext, { service }: StageTarget): Promise<Secrets> {
  const [first] = await box.lxc.list();
  const made = (service.secrets ?? []).map(async (path) => {
    const places = [...(first === undefined ? [] : [box.paths.secretOf(first, path)]), box.paths.secretOfAll(path)];
    const found = (await Promise.all(places.map((file) => stat(file).catch(() => null)))).find((one) => one !== null);
    const { mode = 0o644, uid = 0, gid = 0 } = found ?? {};
    return [path, { bytes: Buffer.from(emptyText(path)), mode: mode & 0o777, uid, gid }] as const;
  });
  return new Map(await Promise.all(made));
}

const emptyText = (path: string): string => (path.endsWith('.json') ? '{}\n' : '');

async function makeStandIn(path: string, like: Stats): Promise<string | null> {
  if (like.isDirectory()) await mkdir(path);
  else if (like.isFile()) await writeFile(path, emptyText(path));
  // A socket or a device of the box: there is no empty one.
  else return null;
  await chown(path, like.uid, like.gid);
  await chmod(path, like.mode & 0o777);
  return path;
}
