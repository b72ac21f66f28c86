/**
 * `Configuration` as LXD and Incus keep it. Whatever is changed of an instance that runs, they change at once: so one is only
 * written while it is stopped. The original is kept in the instance itself, where it goes with it.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { settingsIn } from '../../../domain/adopt/lxc-config';
import type { LxcSource } from '../../../domain/adopt/lxc-config';
import { Fault } from '../../../domain/faults';
import { digestOfText } from '../../adopt/adoption-record';
import type { LxcSettings } from '../../inspect/lxc-settings';
import type { Configuration } from '../configuration';
import { ask, awaited, daemonOf } from './ask';
import type { LxdDaemon } from './ask';
import { asWritten } from './as-written';
import { fromLxcWords } from './from-lxc-words';
import { idMapLines } from './id-map-lines';
import { inLxcWords, PROFILES } from './in-lxc-words';
import type { Texts } from './in-lxc-words';
import { findInstance, pathOf } from './instance';
import type { Instance, Part } from './instance';

const ORIGINAL = 'user.lockstep.original';
/** A start of an instance can take as long as its hooks; this is a record in a database. */
const WRITE_MS = 30_000;

export function lxdConfiguration(box: { readonly kind: string; readonly lxcPath: string }): Configuration {
  const daemon = daemonOf(box);
  const placeOf = (name: string) => `${daemon.name === 'incus' ? 'incus' : 'lxc'} config show ${name}`;
  const rootfs = (name: string) => join(box.lxcPath, name, 'rootfs');
  const words = (name: string, instance: Parameters<typeof inLxcWords>[0]): Texts => inLxcWords(instance, rootfs(name));
  const found = async (name: string): Promise<Instance> => {
    const instance = await findInstance(daemon, name);
    if (instance !== null) return instance;
    throw new Fault('UnknownLocker', `${daemon.name} has no instance ${name}.`);
  };
  const sourceOf = (name: string, { own, profiles }: Texts): LxcSource => {
    const file = placeOf(name);
    return { file, text: own, includes: { [PROFILES]: [{ file: `the profiles of ${name}`, text: profiles }] }, fstabs: {} };
  };
  return {
    names: () => namesOf(daemon),
    has: async (name) => (await findInstance(daemon, name)) !== null,
    placeOf,
    settings: async (name) => {
      const instance = await found(name);
      return countingIn(sourceOf(name, words(name, instance)), idMapLines(instance.config));
    },
    text: async (name) => words(name, await found(name)).own,
    source: async (name, text) => ({ ...sourceOf(name, words(name, await found(name))), text }),
    digests: async (name) => {
      const instance = await findInstance(daemon, name);
      if (instance === null) return { now: null, original: null };
      const original = originalOf(instance);
      return {
        now: digestOfText(words(name, instance).own),
        original: original && digestOfText(words(name, { ...instance, ...original }).own),
      };
    },
    asWritten: async (name, wanted) => asWritten(await found(name), rootfs(name), wanted),
    keepOriginal: async (name, text) => {
      const instance = await found(name);
      if (words(name, instance).own !== text)
        throw new Fault('WorldChanged', `${placeOf(name)} was edited meanwhile.`, { cure: 'Run adopt-box again.' });
      const original = JSON.stringify({ config: changeable(instance.config), devices: instance.devices });
      await put(daemon, instance, { ...instance, config: { ...instance.config, [ORIGINAL]: original } });
    },
    write: async (name, text) => {
      const instance = await stopped(daemon, await found(name));
      await put(daemon, instance, fromLxcWords(instance, text));
    },
    bringBack: async (name) => {
      const instance = await stopped(daemon, await found(name));
      const original = originalOf(instance);
      if (original === null) throw new Fault('WorldChanged', `${placeOf(name)} has no ${ORIGINAL} any more.`);
      const { [ORIGINAL]: _original, ...rest } = instance.config;
      const others = Object.fromEntries(Object.entries(rest).filter(([key]) => !isChangeable(key)));
      await put(daemon, instance, { config: { ...others, ...original.config }, devices: original.devices });
    },
    forgetOriginal: async (name) => {
      const instance = await found(name);
      const { [ORIGINAL]: original, ...config } = instance.config;
      if (original !== undefined) await put(daemon, instance, { ...instance, config });
    },
  };
}

/** Containers alone: Lockstep has no words for virtual machines. */
async function namesOf(daemon: LxdDaemon): Promise<string[]> {
  const answer = await ask(daemon, { method: 'GET', path: '/instances?project=default&instance-type=container' });
  const paths = z.array(z.string()).parse(answer?.metadata);
  return paths.map((path) => decodeURIComponent(path.replace(/^.*\//, '').replace(/\?.*$/, ''))).toSorted();
}

function countingIn(source: LxcSource, more: readonly string[]): LxcSettings {
  const found = new Map<string, string[]>();
  for (const { key, value } of settingsIn(source)) {
    if (value === '') found.delete(key);
    else found.set(key, [...(found.get(key) ?? []), value]);
  }
  return more.length > 0 ? found.set('lxc.idmap', [...more]) : found;
}

/** What an adoption may change. */
const isChangeable = (key: string): boolean => ['boot.autostart', 'raw.lxc'].includes(key) || key.startsWith('environment.');
const changeable = (config: Part['config']): Part['config'] =>
  Object.fromEntries(Object.entries(config).filter(([key]) => isChangeable(key)));

const Original = z.object({
  config: z.record(z.string(), z.string()),
  devices: z.record(z.string(), z.record(z.string(), z.string())),
});

function originalOf({ config }: Part): Part | null {
  const text = config[ORIGINAL];
  return text === undefined ? null : Original.parse(JSON.parse(text));
}

async function stopped(daemon: LxdDaemon, instance: Instance): Promise<Instance> {
  if (instance.status === 'Stopped') return instance;
  throw new Fault(
    'LockerUnfit',
    `${instance.name} is ${instance.status.toLowerCase()}, and ${daemon.name} changes at once what it has mounted.`,
    {
      cure: `Stop it first: \`lockerctl stop ${instance.name}\` on the box.`,
    },
  );
}

async function put(daemon: LxdDaemon, instance: Instance, { config, devices }: Part): Promise<void> {
  const { name, architecture, description, ephemeral, profiles } = instance;
  const body = { architecture, description, ephemeral, profiles, config, devices };
  const ended = await awaited(daemon, { method: 'PUT', path: `${pathOf(name)}?project=default`, body }, WRITE_MS);
  if (ended !== null && ended.err === '') return;
  throw new Fault('CommandFailed', `${daemon.name} did not take the configuration of ${name}.`, {
    evidence: [ended?.err ?? `not through after ${WRITE_MS / 1000} s`],
  });
}
