/** What is written down before a change, so that it can be undone: what was there, and which folders were not. */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { asItIs, digestOf, linkTarget, missingFolders } from './host-files';
import { idOf, keyPlace } from './see-change';
import type { Entry, Wanted } from './wanted';

export function entryOf(wanted: Wanted, at: string): Entry {
  const head = { id: idOf(wanted), at };
  switch (wanted.kind) {
    case 'account':
      return { ...head, folders: [], kind: 'account', name: wanted.name };
    case 'folder':
      return { ...head, folders: missingFolders(wanted.path), kind: 'folder', path: wanted.path };
    case 'file': {
      const { path, text } = wanted;
      return {
        ...head,
        folders: missingFolders(dirname(path)),
        kind: 'file',
        path,
        before: asItIs(path),
        digest: digestOf(text),
      };
    }
    case 'link': {
      const { path, target } = wanted;
      return { ...head, folders: missingFolders(dirname(path)), kind: 'link', path, before: linkTarget(path), target };
    }
    case 'key': {
      const { path, line, replaced } = keyPlace(wanted);
      return { ...head, folders: missingFolders(dirname(path)), kind: 'key', path, before: asItIs(path), replaced, line };
    }
    case 'unit':
      return { ...head, folders: [], kind: 'unit', name: wanted.name };
    case 'lockerd':
      break;
  }
  const { bundle, pidFile, leaves } = wanted;
  return { ...head, folders: [], kind: 'lockerd', bundle, pidFile, leaves: leaves.filter((path) => !existsSync(path)) };
}

/** The first entry of a thing knows what was there before us; later ones only what we put there. */
export function withEntry(entries: readonly Entry[], entry: Entry): readonly Entry[] {
  const known = entries.find(({ id }) => id === entry.id);
  if (known === undefined) return [...entries, entry];
  const merged = { ...entry, ...keptOf(known), folders: [...new Set([...known.folders, ...entry.folders])] } as Entry;
  return entries.map((one) => (one === known ? merged : one));
}

function keptOf(known: Entry): object {
  switch (known.kind) {
    case 'file':
    case 'link':
      return { before: known.before };
    case 'key':
      return { before: known.before, replaced: known.replaced };
    case 'lockerd':
      return { leaves: known.leaves };
    case 'account':
    case 'folder':
    case 'unit':
      break;
  }
  return {};
}
