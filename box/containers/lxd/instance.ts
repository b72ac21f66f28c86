/** One instance as the daemon keeps it: its own part and those of its profiles, which others have too. */
import { z } from 'zod';
import { ask } from './ask';
import type { LxdDaemon } from './ask';

const Texts = z.record(z.string(), z.string());
const Devices = z.record(z.string(), Texts);
export type Device = z.infer<typeof Texts>;

const Part = z.object({ config: Texts, devices: Devices });
export type Part = z.infer<typeof Part>;

const Answered = Part.extend({
  name: z.string(),
  status: z.string(),
  profiles: z.array(z.string()),
  architecture: z.string(),
  description: z.string(),
  ephemeral: z.boolean(),
});

export interface Instance extends z.infer<typeof Answered> {
  /** In the order in which they are applied: the later wins. */
  readonly parts: readonly Part[];
}

const ANY = '?project=default';
export const pathOf = (name: string): string => `/instances/${encodeURIComponent(name)}`;

/** null: there is none. */
export async function findInstance(daemon: LxdDaemon, name: string): Promise<Instance | null> {
  const found = await ask(daemon, { method: 'GET', path: `${pathOf(name)}${ANY}` });
  if (found === null) return null;
  const instance = Answered.parse(found.metadata);
  const parts = await Promise.all(instance.profiles.map((profile) => profileNamed(daemon, profile)));
  return { ...instance, parts };
}

async function profileNamed(daemon: LxdDaemon, name: string): Promise<Part> {
  const found = await ask(daemon, { method: 'GET', path: `/profiles/${encodeURIComponent(name)}${ANY}` });
  return found === null ? { config: {}, devices: {} } : Part.parse(found.metadata);
}

/** What its profiles give it, before anything of its own. */
export function inherited({ parts }: Pick<Instance, 'parts'>): Part {
  return {
    config: Object.assign({}, ...parts.map(({ config }) => config)) as Part['config'],
    devices: Object.assign({}, ...parts.map(({ devices }) => devices)) as Part['devices'],
  };
}
