/**
 * One immutable build per code id, shared by all lockers: checked out by full SHA beside the
 * running code, built by a user without rights, given to root, synced, and only then named.
 */
import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../../domain/faults';
import { ReleaseManifest } from '../../domain/model/release';
import type { StageTarget } from '../../domain/protocol/verbs';
import type { BoxContext } from '../context';
import { evidenceOf, run } from '../run';
import { git } from './git';
import { ensureCommit } from './mirror';
import { syncFolder } from './versions';

export const UNFINISHED = '.tmp-';
/** Local file work of one code tree; a disk that needs longer is sick. */
const FILES_MS = 120_000;

/** True when it was built now, false when it was there. */
export async function buildCode(box: BoxContext, target: StageTarget, progress: (line: string) => void): Promise<boolean> {
  const { service, release } = target;
  const goal = box.paths.code(release.code.id);
  await removeUnfinished(box.paths.codeRoot);
  if (await isThere(goal)) return false;
  const mirror = box.paths.codeMirror(service.name);
  await ensureCommit(mirror, service.code.repo, release.code.revision);
  const temporary = join(box.paths.codeRoot, `${UNFINISHED}${release.code.id}`);
  await mkdir(temporary, { recursive: true, mode: 0o755 });
  try {
    progress(`checking out ${release.label}`);
    await checkOut(mirror, release.code.revision, temporary);
    await writeFile(join(temporary, 'BUILD'), `${release.code.build}\n`);
    await writeFile(
      join(temporary, 'build.json'),
      `${JSON.stringify({ build: release.code.build, revision: release.code.revision })}\n`,
    );
    await buildTree(box, temporary, progress);
    await must(['sync', '-f', temporary]);
    await rename(temporary, goal);
    await syncFolder(box.paths.codeRoot);
    return true;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** What a stage that died left behind. There is one stage at a time on a box, so none of it is in use. */
async function removeUnfinished(codeRoot: string): Promise<void> {
  await mkdir(codeRoot, { recursive: true, mode: 0o755 });
  const left = (await readdir(codeRoot)).filter((name) => name.startsWith(UNFINISHED));
  await Promise.all(left.map((name) => rm(join(codeRoot, name), { recursive: true, force: true })));
}

async function checkOut(mirror: string, sha: string, folder: string): Promise<void> {
  const tar = `${folder}.tar`;
  try {
    const archived = await git(['-C', mirror, 'archive', '--format=tar', '-o', tar, sha], FILES_MS);
    if (archived.code !== 0) throw failed('git archive', archived);
    await must(['tar', '-xf', tar, '-C', folder, '--no-same-owner']);
  } finally {
    await rm(tar, { force: true });
  }
}

async function buildTree(box: BoxContext, folder: string, progress: (line: string) => void): Promise<void> {
  const manifest = await readManifest(folder);
  if (manifest.build.length > 0) {
    const owner = await idsOf(box.config.buildUser);
    await must(['chown', '-R', `${owner.uid}:${owner.gid}`, folder]);
    for (const argv of manifest.build) {
      progress(`building: ${argv.join(' ')}`);
      await buildStep(folder, { argv, owner, timeoutMs: manifest.buildTimeoutMs });
    }
  }
  await must(['chown', '-R', 'root:root', folder]);
  await must(['chmod', '-R', 'u=rwX,go=rX', folder]);
}

async function buildStep(folder: string, step: { argv: readonly string[]; owner: Owner; timeoutMs: number }): Promise<void> {
  const { argv, owner, timeoutMs } = step;
  const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: folder, LANG: 'C.UTF-8' };
  const ran = await run(argv, { cwd: folder, env, timeoutMs, ...owner });
  if (ran.code === 0) return;
  throw new Fault('BuildFailed', `The build of the release failed at \`${argv.join(' ')}\`.`, { evidence: evidenceOf(ran, 15) });
}

async function readManifest(folder: string): Promise<ReleaseManifest> {
  const text = await readFile(join(folder, 'lockstep.json'), 'utf8').catch(() => null);
  if (text === null) return ReleaseManifest.parse({ format: 1 });
  try {
    return ReleaseManifest.parse(JSON.parse(text));
  } catch (error) {
    throw new Fault('ManifestInvalid', 'lockstep.json of the release is not valid.', { evidence: [(error as Error).message] });
  }
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Never root: whatever a release runs at build time can't touch another locker's code or data. */
async function idsOf(user: string): Promise<Owner> {
  const [uid, gid] = await Promise.all(['-u', '-g'].map(async (flag) => Number((await must(['id', flag, '--', user])).trim())));
  if (!uid || gid === undefined)
    throw new Fault('BuildFailed', `The build user ${user} of box.json is root: builds never run as root.`);
  return { uid, gid };
}

async function must(argv: readonly string[]): Promise<string> {
  const ran = await run(argv, { timeoutMs: FILES_MS });
  if (ran.code !== 0) throw failed(argv[0] ?? '', ran);
  return ran.stdout;
}

function failed(what: string, ran: Awaited<ReturnType<typeof run>>): Fault {
  const full = /No space left on device/i.test(ran.stderr);
  return new Fault(full ? 'DiskFull' : 'CommandFailed', `${what} failed on the box.`, { evidence: evidenceOf(ran) });
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
