/** docker-compose.yml as the tests read it: the parts that they ask for. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

export const ROOT = join(__dirname, '../..');

const Service = z.looseObject({
  image: z.string(),
  restart: z.string().optional(),
  depends_on: z.record(z.string(), z.looseObject({ condition: z.string() })).optional(),
  environment: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  volumes: z.array(z.string()).optional(),
  ports: z.array(z.string()).optional(),
  entrypoint: z.array(z.string()).optional(),
  command: z.array(z.string()).optional(),
  healthcheck: z.looseObject({ test: z.array(z.string()) }).optional(),
  stop_grace_period: z.string().optional(),
  profiles: z.array(z.string()).optional(),
  deploy: z.looseObject({ replicas: z.number() }).optional(),
});
const File = z.looseObject({ services: z.record(z.string(), Service) });

export type ComposeService = z.infer<typeof Service>;

export function composeFile(): z.infer<typeof File> {
  return File.parse(parse(readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8'), { merge: true }));
}

export function composeService(name: string): ComposeService {
  const service = composeFile().services[name];
  if (service === undefined) throw new Error(`docker-compose.yml has no service ${name}`);
  return service;
}

/** A service's environment with `${NAME:-default}` and `${NAME:?what is missing}` filled in as Compose does it. */
export function composeEnvironment(name: string, env: Readonly<Record<string, string>>): Record<string, string> {
  const fill = (text: string) =>
    text.replace(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_all, variable: string, kind?: string, word = '') => {
      const value = env[variable] ?? '';
      if (value === '' && kind === '?') throw new Error(`${variable}: ${word}`);
      return value === '' && kind === '-' ? word : value;
    });
  const entries = Object.entries(composeService(name).environment ?? {});
  return Object.fromEntries(entries.map(([key, value]) => [key, fill(String(value))]));
}
