/** docker-compose.yml can not be started here: it is held against Compose's own schema, and against what it names. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { composeFile, ROOT } from '../support/compose-file';

/** Compose's durations are `5s`, not ISO 8601's `PT5S`: its `format` is for people, and no validator of Compose reads it. */
const withoutFormat = (key: string, value: unknown) => (key === 'format' && value === 'duration' ? undefined : value);
const text = readFileSync(join(ROOT, 'test/support/compose-spec/compose-spec.json'), 'utf8');
const schema = JSON.parse(text, withoutFormat) as Record<string, unknown>;
// zod looks for `definitions` in this draft; the file uses nothing newer.
const ComposeFile = z.fromJSONSchema({ ...schema, $schema: 'http://json-schema.org/draft-07/schema#' });
const problems = (file: unknown) => ComposeFile.safeParse(file).error?.issues ?? [];

test('it is a compose file', () => {
  expect(problems(composeFile())).toEqual([]);
});

test.each([
  ['a misspelt key', { restrat: 'always' }],
  ['a condition that does not exist', { depends_on: { temporal: { condition: 'service_ready' } } }],
  ['ports that are no list', { ports: '7233:7233' }],
])('and %s would be seen', (_what, mistake) => {
  const { services, ...rest } = composeFile();
  expect(problems({ ...rest, services: { ...services, worker: { ...services['worker'], ...mistake } } })).not.toEqual([]);
});

test('every image has an exact version', () => {
  const images = Object.values(composeFile().services).map(({ image }) => image);
  expect(images.filter((image) => !/^[a-z/-]+:\d+\.\d+(\.\d+)?$/.test(image))).toEqual([]);
});

test('the schema is brought up by the tools of the server that will use it', () => {
  const { services } = composeFile();
  const versionOf = (service: string) => services[service]?.image.split(':')[1];
  expect(versionOf('temporal-schema')).toBe(versionOf('temporal'));
});

test('whom a service waits for is there, and can be waited for', () => {
  const { services } = composeFile();
  for (const { depends_on: awaited = {} } of Object.values(services)) {
    for (const [name, { condition }] of Object.entries(awaited)) {
      expect(services[name]).toBeDefined();
      if (condition === 'service_healthy') expect(services[name]?.healthcheck).toBeDefined();
      // One that is started again for ever never completes.
      if (condition === 'service_completed_successfully') expect(services[name]?.restart).toBe('on-failure');
    }
  }
});

test('what it mounts is in the repository', () => {
  const mounts = Object.values(composeFile().services).flatMap(({ volumes = [] }) => volumes);
  const files = mounts.map((mount) => /^(?:\$\{\w+:-)?(\.\/[\w./-]+)/.exec(mount)?.[1]).filter((path) => path !== undefined);
  expect(files).toContain('./fleet.yaml');
  expect(files.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

test('all that it opens is on loopback', () => {
  const ports = Object.values(composeFile().services).flatMap(({ ports: opened = [] }) => opened);
  expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  expect(ports).not.toEqual([]);
});

test('two workers share the work, and are told to stop later than their own grace ends', () => {
  const worker = composeFile().services['worker'];
  expect(worker?.deploy?.replicas).toBe(2);
  expect(worker?.stop_grace_period).toBe('45s');
});

test('the environment that a person copies names every variable that has no default', () => {
  const needed = [...readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8').matchAll(/\$\{(\w+):\?/g)].map(([, name]) => name);
  const named = readFileSync(join(ROOT, 'deploy/example.env'), 'utf8');
  for (const name of needed) expect(named).toMatch(new RegExp(`^${name}=`, 'm'));
});

test('native pause is on', () => {
  const settings = parse(readFileSync(join(ROOT, 'deploy/dynamicconfig.yaml'), 'utf8')) as Record<string, { value: unknown }[]>;
  expect(settings['frontend.WorkflowPauseEnabled']).toEqual([{ value: true }]);
});
