/**
 * Has this box what one locker more needs, for a minute? Memory, disk, an address, and a locker to make it
 * like. Looks only; what is missing is said with figures.
 */
import { readFile, statfs } from 'node:fs/promises';
import type { StageTarget } from '../../domain/protocol/verbs';
import { configTexts } from '../containers/config-texts';
import { isLxd } from '../../domain/protocol/box-config';
import type { BoxContext } from '../context';
import { nextAddresses } from '../new-locker/next-address';
import { run } from '../run';
import { findModel } from './find-model';
import type { Model } from './model';
import { modelLack } from './model-lack';

export type Room =
  | { readonly kind: 'room'; readonly model: Model; readonly address: string; readonly mac: string }
  | { readonly kind: 'none'; readonly because: string };

/** What stays free for the others, as the start lane keeps it by default. */
const MEMORY_KEPT = 0.05;
/** Where no locker runs that could be measured. */
const USUAL_MEMORY = 64 * 1024 * 1024;
/** Config, logs, an empty /Me. */
const SMALL_THINGS = 16 * 1024 * 1024;

export async function roomForRehearsal(box: BoxContext, target: StageTarget): Promise<Room> {
  if (box.config.kind === 'process') return none('the lockers of this box are processes, which nothing keeps apart');
  if (isLxd(box.config.kind))
    return none('the lockers of this box are instances of LXD or Incus, of which no throwaway one is made yet');
  const model = await findModel(box, target);
  if ('none' in model) return none(`there is nothing to make a locker like: ${model.none}`);
  const lacks = (await modelLack(box, model)) ?? (await memoryLack(box)) ?? (await diskLack(box, model));
  if (lacks !== null) return none(lacks);
  const free = nextAddresses(await configTexts(box));
  if (free === null) return none('no address is free: the lockers have none that could be counted on from, or all are taken');
  return { kind: 'room', model, address: free.nextAddress, mac: free.nextMac };
}

const none = (because: string): Room => ({ kind: 'none', because });
async function memoryLack(box: BoxContext): Promise<string | null> {
  const info = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  const of = (key: string) => Number(new RegExp(`^${key}:\\s*(\\d+) kB`, 'm').exec(info)?.[1] ?? Number.NaN) * 1024;
  const [free, kept] = [of('MemAvailable'), of('MemTotal') * MEMORY_KEPT];
  const needed = await memoryOfOne(box);
  if (Number.isNaN(free) || free - kept >= needed) return null;
  return `one more locker takes about ${mebibytes(needed)} MiB of memory; ${mebibytes(free)} MiB are available, of which ${mebibytes(kept)} MiB stay free`;
}

/** Of the first that runs: they are all of the same code. */
async function memoryOfOne(box: BoxContext): Promise<number> {
  for (const name of (await box.lxc.list()).slice(0, 3)) {
    const { init } = await box.lxc.see(name);
    if (init === null) continue;
    const group = /^0::(\/.*)$/m.exec(await readFile(`/proc/${init.pid}/cgroup`, 'utf8').catch(() => ''))?.[1];
    const current = group === undefined ? '' : await readFile(`/sys/fs/cgroup${group}/memory.current`, 'utf8').catch(() => '');
    const resident = /^VmRSS:\s*(\d+) kB/m.exec(await readFile(`/proc/${init.pid}/status`, 'utf8').catch(() => ''))?.[1];
    const found = Number(current) || Number(resident ?? 0) * 1024;
    if (found > 0) return found;
  }
  return USUAL_MEMORY;
}

async function diskLack(box: BoxContext, { rootfs }: Model): Promise<string | null> {
  const disk = await statfs(box.paths.root);
  const free = disk.bavail * disk.bsize;
  const needed = (rootfs === null ? 0 : await sizeOf(rootfs)) + SMALL_THINGS;
  const kept = box.config.minFreeBytes;
  if (free - kept >= needed) return null;
  return `one more locker takes ${mebibytes(needed)} MiB of disk; ${mebibytes(free)} MiB are free, of which ${mebibytes(kept)} MiB stay free`;
}

/** Some tens of thousands of files of a distribution. */
const MEASURE_MS = 20_000;

async function sizeOf(folder: string): Promise<number> {
  const ran = await run(['du', '-s', '-x', '-B1', '--', folder], { timeoutMs: MEASURE_MS });
  // A file that went away meanwhile makes it exit 1; the sum is there all the same.
  return Number(/^(\d+)/.exec(ran.stdout)?.[1] ?? 0);
}

const mebibytes = (bytes: number): number => Math.ceil(bytes / (1024 * 1024));
