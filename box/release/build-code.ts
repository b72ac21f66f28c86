/**
 * One immutable build per code id, shared by all lockers: checked out by full SHA beside the
 * running code, built by a user without rights, given to root, synced, and only then named.
 */
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../../domain/faults';
import type { Release } from '../../domain/model/release';
import type { PushedFile, StageTarget } from '../../domain/protocol/verbs';
import type { BoxContext } from '../context';
import { onFiles } from './box-files';
import { endBuildProcesses } from './build-processes';
import { buildTree } from './build-tree';
import { checkOut } from './check-out';
import { wholeFile } from './incoming';
import { ensureCommit, mirrorOf, originOf } from './mirror';
import { madeWith, toldWith } from './made-with';
import type { MadeWith } from './made-with';
import { readManifest } from './read-manifest';
import { codeSource } from './tree-source';
import { tellDependencies } from './tell-dependencies';
import { UNFINISHED, removeUnfinished, unfinishedName } from './unfinished';
import { syncFolder } from './versions';

export interface Built {
  readonly target: StageTarget;
  /** Received before (incoming.ts). */
  readonly packed?: PushedFile | undefined;
}

/** True when it was built now, false when it was there. There is one stage at a time on a box, so nothing unfinished is in use. */
export async function buildCode(box: BoxContext, { target, packed }: Built, progress: (line: string) => void): Promise<boolean> {
  const { service, release } = target;
  const { codeRoot } = box.paths;
  const goal = box.paths.code(release.code.id);
  await mkdir(codeRoot, { recursive: true, mode: 0o755 });
  await endBuildProcesses(join(codeRoot, UNFINISHED));
  await removeUnfinished(box, codeRoot);
  if (await isThere(goal)) return false;
  const mirror = mirrorOf(box, service.name, 'code');
  await ensureCommit(mirror, originOf(service, 'code'), release.code.revision);
  const manifest = await readManifest(mirror, release.code.revision);
  const tree = join(codeRoot, unfinishedName(release.code.id));
  await mkdir(tree, { mode: 0o755 });
  try {
    progress(`checking out ${release.label}`);
    await checkOut(box, codeSource(box, service, release.code.revision), tree);
    const made = manifest.build.length > 0 ? await madeWith() : null;
    if (made !== null) progress(toldWith(made));
    await writeBuildNumber(tree, release.code, made);
    const tar = packed && (await wholeFile(box, packed));
    await buildTree({ tree, manifest, buildUser: box.config.buildUser, packed: tar ?? null, progress });
    await tellDependencies(tree, manifest, progress);
    await onFiles(['sync', '-f', tree]);
    await rename(tree, goal);
    await syncFolder(codeRoot);
    return true;
  } finally {
    await rm(tree, { recursive: true, force: true });
  }
}

async function writeBuildNumber(tree: string, { build, revision }: Release['code'], made: MadeWith | null): Promise<void> {
  await writeOwn(tree, 'BUILD', `${build}\n`);
  await writeOwn(tree, 'build.json', `${JSON.stringify({ build, revision, ...(made && { madeWith: made }) })}\n`);
}

/** In place of what the repository has there: a link would have root write wherever it points. */
async function writeOwn(tree: string, name: string, text: string): Promise<void> {
  const file = join(tree, name);
  await rm(file, { force: true }).catch((error: Error) => {
    throw new Fault('BuildFailed', `The release has a folder ${name}, where its build number goes.`, {
      evidence: [error.message],
      cure: 'Give the folder another name in the code repository.',
    });
  });
  await writeFile(file, text, { flag: 'wx' });
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
