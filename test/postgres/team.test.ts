/**
 * The pieces of docker-compose.yml together, natively: PostgreSQL, the Temporal server of that version, schema and
 * set-up, two workers from the image's files, and a real box. Needs root, LXC, sshd, PostgreSQL and Go, and minutes:
 * `npm run test:postgres`.
 */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { runCli, start } from '../support/cli';
import { ROOT } from '../support/compose-file';
import { makeImageFolder } from '../support/image-folder';
import { startImageProcess } from '../support/image-process';
import type { ImageProcess } from '../support/image-process';
import { finishedOf } from '../support/installation';
import { aKeyLine } from '../support/payload-keys';
import { buildTemporal } from '../support/postgres/build-temporal';
import type { TemporalBinaries } from '../support/postgres/build-temporal';
import { startPostgres } from '../support/postgres/postgres-server';
import type { PostgresServer } from '../support/postgres/postgres-server';
import { setUpSchema, temporalOnPostgres } from '../support/postgres/temporal-on-postgres';
import type { TemporalOnPostgres } from '../support/postgres/temporal-on-postgres';
import { makeSandbox } from '../support/sandbox';
import type { Sandbox } from '../support/sandbox';

jest.setTimeout(3_600_000);
const exec = promisify(execFile);
const progress = (line: string) => void process.stderr.write(`${line}\n`);

let binaries: TemporalBinaries;
let postgres: PostgresServer;
let temporal: TemporalOnPostgres;
let image: Awaited<ReturnType<typeof makeImageFolder>>;
let sandbox: Sandbox;
let home: string;
let workers: readonly ImageProcess[] = [];

beforeAll(async () => {
  binaries = await buildTemporal(progress);
  home = await mkdtemp(join(tmpdir(), 'lockstep-home-'));
  await writeFile(join(home, 'payload-keys'), `${aKeyLine('team-1')}\n`);
  image = await makeImageFolder();
  postgres = await startPostgres();
  temporal = await temporalOnPostgres(binaries, postgres);
  const policy = {
    maxDown: 2,
    batches: [1, 'rest'],
    verify: { goodProbes: 2, stable: '1s' },
    soak: { canary: '0s', batch: '0s' },
    gates: 'none',
  };
  sandbox = await makeSandbox({ lockers: 6, policy });
});
afterAll(async () => {
  await endWorkers('SIGTERM');
  await sandbox?.down();
  await temporal?.kill();
  await postgres?.stop();
  await image?.remove();
  if (home !== undefined) await rm(home, { recursive: true, force: true });
});

const onImage = (env: Readonly<Record<string, string>> = {}) => ({
  folder: image.folder,
  env: { TEMPORAL_ADDRESS: temporal.address, LOCKSTEP_FLEET: sandbox.fleetFile, ...env },
});
async function startWorkers(env: Readonly<Record<string, string>> = {}): Promise<void> {
  await endWorkers('SIGTERM');
  workers = [1, 2].map(() => startImageProcess({ service: 'worker', ...onImage(env) }));
  for (const worker of workers) await worker.until('worker ready');
}
const endWorkers = async (signal: NodeJS.Signals) => void (await Promise.all(workers.map((worker) => worker.end(signal))));

const person = (env: Readonly<Record<string, string>> = {}) => ({
  LOCKSTEP_HOME: home,
  TEMPORAL_ADDRESS: temporal.address,
  TEMPORAL_NAMESPACE: 'lockstep',
  ...env,
});
const words = () => ['--box', sandbox.box, '--fleet', sandbox.fleetFile];
const encrypted = () => ({ LOCKSTEP_PAYLOAD_KEYS: join(home, 'payload-keys') });
const builds = async () => [...new Set(await Promise.all(sandbox.lockers.map((locker) => sandbox.revision(locker))))];
const bootsOf = async (locker: string) => (await sandbox.bootLog(locker)).filter(({ event }) => event === 'boot').length;

/** The text itself, and as a dump shows it within bytes. */
async function inDatabase(text: string): Promise<boolean> {
  const dumps = await Promise.all(['temporal', 'temporal_visibility'].map((database) => postgres.dump(database)));
  return dumps.some((dump) => dump.includes(text) || dump.includes(Buffer.from(text).toString('hex')));
}

test('the schema is set up, and set up again without a change', async () => {
  expect(await setUpSchema(binaries, postgres)).toContain('UpdateSchemaTask done');
  const before = await postgres.dump('temporal');
  await setUpSchema(binaries, postgres);
  expect(await postgres.dump('temporal')).toBe(before);
});

test('the server knows every setting of the dynamic config', async () => {
  const { stdout } = await exec(binaries.server, ['validate-dynamic-config', join(ROOT, 'deploy/dynamicconfig.yaml')]);
  expect(stdout).not.toMatch(/error|warning/i);
});

test('on it the set-up makes namespace and search attributes, twice', async () => {
  await temporal.start();
  for (const says of ['namespace lockstep: made', 'namespace lockstep: there already']) {
    const setUp = startImageProcess({ service: 'set-up', ...onImage() });
    expect([await setUp.ended, setUp.said()]).toEqual([0, expect.stringContaining(says)]);
  }
});

test('a rollout by two workers succeeds; unencrypted, the database tells what it was about', async () => {
  await startWorkers();
  const marker = `marker-${randomUUID()}`;
  const { build } = await sandbox.commit({ message: marker });
  const ended = await runCli('start-rollout', [...words(), '--json', '--yes'], person());
  expect(finishedOf(ended)).toMatchObject({ state: 'succeeded', counts: { planned: 6, updated: 6 } });
  expect(await builds()).toEqual([build]);
  // So the search of the next test can find something.
  expect(await inDatabase(marker)).toBe(true);
});

test('server and a worker killed half way: it succeeds, no locker was stopped twice, and nothing of it is readable in the database', async () => {
  await startWorkers(encrypted());
  const marker = `marker-${randomUUID()}`;
  const { build } = await sandbox.commit({ message: marker });
  const boots = await Promise.all(sandbox.lockers.map(bootsOf));
  const planned = await runCli('lockstep', ['plan', ...words(), '--json'], person(encrypted()));
  expect(planned.stdout).toContain(marker);
  const running = start('start-rollout', [...words(), '--json', '--yes'], person(encrypted()));
  await running.until(({ counts }) => ((counts as { updated?: number } | undefined)?.updated ?? 0) >= 1);
  await Promise.all([temporal.kill(), workers[0]?.end('SIGKILL')]);
  await temporal.start();
  running.child.kill('SIGINT');
  await running.ended;

  const watched = await runCli('lockstep', ['watch', ...words(), '--json'], person(encrypted()));
  expect(finishedOf(watched)).toMatchObject({ state: 'succeeded', counts: { planned: 6, updated: 6 } });
  expect(await builds()).toEqual([build]);
  expect(await Promise.all(sandbox.lockers.map(bootsOf))).toEqual(boots.map((before) => before + 1));
  for (const locker of sandbox.lockers) expect(await sandbox.dataIsWhole(locker)).toBe(true);

  expect(await inDatabase(marker)).toBe(false);
  expect(await inDatabase('encryption-key-id')).toBe(true);
  const keyless = await runCli('lockstep', ['status', ...words(), '--json'], person());
  expect(keyless.objects).toEqual([expect.objectContaining({ kind: 'error', code: 'PayloadKeyUnknown' })]);
});
