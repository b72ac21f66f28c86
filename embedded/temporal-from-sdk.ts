/**
 * The SDK can only download *and* start a server. So a child does both with our folder as the
 * download's, stops the server, and the binary stays behind in the cache. The child has a short
 * deadline until the download shows, since a site that drops packets would be waited for in vain.
 */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cachedName } from './temporal-version';
import type { Found, Search } from './temporal-source';

const FIRST_BYTE_WITHIN_MS = 10_000;
const WITHIN_MS = 300_000;
const LOOK_EVERY_MS = 200;

const CHILD = `
const { TestWorkflowEnvironment } = require('@temporalio/testing');
const [downloadDir] = process.argv.slice(1);
TestWorkflowEnvironment.createLocal({ server: { ui: false, executable: { type: 'cached-download', downloadDir } } })
  .then((environment) => environment.teardown())
  .catch((error) => { process.stdout.write(error.message.split('\\n')[0]); process.exitCode = 1; });
`;

export async function fromSdk({ home, env, progress }: Search): Promise<Found> {
  progress("looking for Temporal: the SDK's download");
  await mkdir(home.bin, { recursive: true });
  const folder = await mkdtemp(join(home.bin, '.sdk-'));
  try {
    const why = await download({ folder, env, progress });
    if (why !== null) return { why };
    const [binary] = (await readdir(folder)).filter((name) => !name.endsWith('.downloading'));
    if (binary === undefined) return { why: 'it left no binary behind' };
    const path = join(home.bin, cachedName('sdk'));
    await rename(join(folder, binary), path);
    return { path };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** null: the binary is in the folder. */
async function download({ folder, env, progress }: Omit<Search, 'home'> & { folder: string }): Promise<string | null> {
  const child = spawn(process.execPath, ['-e', CHILD, folder], {
    cwd: join(__dirname, '..'),
    // A proxy is named there.
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  const looking = new AbortController();
  const late = tooLate(folder, progress, looking.signal).then((why) => {
    if (why !== null) child.kill('SIGKILL');
    return why;
  });
  const code = await closed;
  looking.abort();
  if (code === 0) return null;
  return (await late) ?? shortened(said || `the download's process ended with ${code}`);
}

/** Tells how far it is; the reason why it should be broken off, or null when the looking ends before. */
async function tooLate(folder: string, progress: Search['progress'], signal: AbortSignal): Promise<string | null> {
  const began = performance.now();
  let told = 0;
  while (!signal.aborted) {
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => {});
    const waited = performance.now() - began;
    const bytes = await sizeOf(folder);
    if (bytes === 0 && waited > FIRST_BYTE_WITHIN_MS) return `no answer within ${FIRST_BYTE_WITHIN_MS / 1_000} s`;
    if (waited > WITHIN_MS) return `the download did not end within ${WITHIN_MS / 1_000} s`;
    const megabytes = Math.floor(bytes / 1e7) * 10;
    if (megabytes > told) progress(`downloading Temporal: ${megabytes} MB`);
    told = Math.max(told, megabytes);
  }
  return null;
}

async function sizeOf(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        (file) => file.size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** The SDK repeats itself and its address; the last part is the reason. */
const shortened = (message: string): string => message.split(': ').slice(-3).join(': ').slice(0, 200);
