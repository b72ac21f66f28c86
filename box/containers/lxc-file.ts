/** `Configuration` as LXC itself has it: a file in the container's folder, the original beside it. */
import { readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ORIGINAL } from '../../domain/adopt/wanted-config';
import { Fault } from '../../domain/faults';
import { digestOfFile, digestOfText, writeDurably } from '../adopt/adoption-record';
import { readLxcSource } from '../adopt/read-lxc-source';
import type { BoxContext } from '../context';
import { readLxcSettings } from '../inspect/lxc-settings';
import { onFiles } from '../release/box-files';
import { syncFolder } from '../release/versions';
import type { Configuration } from './configuration';

export function lxcFile({ config, paths }: Pick<BoxContext, 'config' | 'paths'>): Configuration {
  const fileOf = paths.lxcConfig;
  return {
    names: () => namesIn(config.lxcPath),
    has: (name) => isThere(fileOf(name)),
    placeOf: fileOf,
    settings: (name) => readLxcSettings(fileOf(name)),
    text: (name) => readFile(fileOf(name), 'utf8'),
    source: (name, text) => readLxcSource(fileOf(name), text),
    digests: async (name) => ({ now: await digestOfFile(fileOf(name)), original: await digestOfFile(originalOf(fileOf(name))) }),
    asWritten: async (_name, wanted) => wanted,
    keepOriginal: (name, text) => keepOriginal(fileOf(name), text),
    write: (name, text) => write(fileOf(name), text),
    bringBack: async (name) => {
      await rename(originalOf(fileOf(name)), fileOf(name));
      await syncFolder(dirname(fileOf(name)));
    },
    forgetOriginal: async (name) => {
      await rm(originalOf(fileOf(name)), { force: true });
      await syncFolder(dirname(fileOf(name)));
    },
  };
}

async function namesIn(lxcPath: string): Promise<string[]> {
  const names = await readdir(lxcPath);
  const there = await Promise.all(names.map((name) => isThere(join(lxcPath, name, 'config'))));
  return names.filter((_, index) => there[index]).toSorted();
}

const isThere = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );

const originalOf = (config: string): string => join(dirname(config), ORIGINAL);

/** With owner, rights and time, so that an undo leaves no trace. */
async function keepOriginal(config: string, text: string): Promise<void> {
  const original = originalOf(config);
  if ((await digestOfFile(original)) === digestOfText(text)) return;
  const beside = `${original}.new`;
  await onFiles(['cp', '-p', '-T', '--', config, beside]);
  if ((await digestOfFile(beside)) !== digestOfText(text))
    throw new Fault('WorldChanged', `${config} was edited meanwhile.`, { cure: 'Run adopt-box again.' });
  await onFiles(['sync', beside]);
  await rename(beside, original);
  await syncFolder(dirname(config));
}

async function write(config: string, text: string): Promise<void> {
  const { mode, uid, gid } = await stat(config);
  await writeDurably(config, text, { mode: mode & 0o7777, owner: { uid, gid } });
  await syncFolder(dirname(config));
}
