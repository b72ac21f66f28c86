/** Why no throwaway locker can be made like a model; null: one can. Looks only. */
import { realpath } from 'node:fs/promises';
import { within } from '../../domain/adopt/below';
import type { BoxContext } from '../context';
import type { Model } from './model';

export async function modelLack(box: Pick<BoxContext, 'lxc' | 'paths'>, model: Model): Promise<string | null> {
  return networkLack(model) ?? (await rootLack(box, model));
}

const lastOf = ({ settings }: Model, key: string): string | null => settings.findLast(([name]) => name === key)?.[1] ?? null;

function networkLack(model: Model): string | null {
  const type = lastOf(model, 'lxc.net.0.type');
  if (type === 'veth' && lastOf(model, 'lxc.net.0.ipv4.address') !== null) return null;
  return type === 'veth'
    ? 'lockers have no fixed address, so none is known to be free'
    : `lockers have a network of type ${type ?? 'none'}, which could not be cut off from what is beyond the box`;
}

async function rootLack({ lxc, paths }: Pick<BoxContext, 'lxc' | 'paths'>, { of, rootfs }: Model): Promise<string | null> {
  if (rootfs === null) return null;
  if (of !== null && !rootfs.startsWith('/'))
    return `the root file system of ${of} is ${rootfs}, which is not simply copied; a template for new lockers would do`;
  const root = await realOr(rootfs);
  for (const locker of of === null ? await lxc.list() : [of]) {
    const data = paths.me(locker);
    if (within(root, await realOr(data)))
      return `the data of ${locker} lie in ${rootfs}, which would be copied; a template for new lockers would do`;
  }
  return null;
}

const realOr = (path: string): Promise<string> => realpath(path).catch(() => path);
