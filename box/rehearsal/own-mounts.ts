/**
 * Which mounts of the model bring what the throwaway locker has of its own. By where they come from, since an adopted
 * locker has code, config and data at its old places as well, and by where they lead, since that is where they
 * are looked for. Pure.
 */
import { below, plain } from '../../domain/adopt/below';
import type { Model } from './model';

export type Part = 'code' | 'config' | 'me';

export interface OwnMount {
  readonly part: Part;
  /** Below that; empty: all of it. */
  readonly rest: string;
}

type Of = Pick<Model, 'rootfs' | 'current' | 'data' | 'targets'>;

/** null: it is none of the three. */
export function ownMount(model: Of, { source, target }: { source: string; target: string }): OwnMount | null {
  const place = `/${targetOf(target, model.rootfs)}`;
  const aimed = (['code', 'config', 'me'] as const).find((part) => model.targets[part] === place);
  if (aimed !== undefined) return { part: aimed, rest: '' };
  if (!source.startsWith('/')) return null;
  const sources = { code: `${model.current}/code`, config: `${model.current}/config`, me: model.data } as const;
  for (const part of ['code', 'config', 'me'] as const) {
    const rest = below(sources[part], plain(source));
    if (rest !== null) return { part, rest };
  }
  return null;
}

/** As a relative path: LXC takes one below the root file system too, and that is another now. */
export function targetOf(target: string, modelRoot: string | null): string {
  const found = modelRoot !== null && target.startsWith(`${modelRoot}/`) ? target.slice(modelRoot.length) : target;
  return found.replaceAll(/^\/+|\/+$/g, '');
}

/** The data begin empty: what is mounted of them by itself is an empty one of its own. */
export const isPartOfData = ({ part, rest }: OwnMount): boolean => part === 'me' && rest !== '';
