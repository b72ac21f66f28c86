/**
 * Runs a release's own build and check in its tree, as a user without rights, and gives the tree to root; a
 * lockerd that is not root (a sandbox) is builder and keeper itself. Before it is given away nobody
 * may still write to it, and all of it must be the builder's: a file of somebody else, linked into
 * it, would be opened to everybody with the rest.
 */
import { relative } from 'node:path';
import { Fault } from '../../domain/faults';
import type { FaultCode } from '../../domain/faults';
import type { ReleaseManifest } from '../../domain/model/release-manifest';
import { evidenceOf, run } from '../run';
import { onFiles } from './box-files';
import { endBuildProcesses } from './build-processes';
import { buildOwner, ourselves } from './build-owner';
import type { BuildOwner } from './build-owner';
import { BUILD_ENVIRONMENT } from './made-with';
import { unpack } from './unpack';

export interface Building {
  readonly tree: string;
  readonly manifest: ReleaseManifest;
  readonly buildUser: string;
  /** A tar of dependencies; null: the release comes with what it needs. */
  readonly packed: string | null;
  readonly progress: (line: string) => void;
}

export async function buildTree({ tree, manifest, buildUser, packed, progress }: Building): Promise<void> {
  const keeper = ourselves();
  const steps = stepsOf(manifest);
  if (steps.length > 0 || packed !== null) {
    const owner = keeper.uid === 0 ? await buildOwner(buildUser) : keeper;
    await onFiles(['chown', '-R', `${owner.uid}:${owner.gid}`, tree]);
    try {
      await onFiles(['install', '-d', '-m', '700', '-o', String(owner.uid), '-g', String(owner.gid), '--', homeOf(tree)]);
      if (packed !== null) {
        progress('unpacking its dependencies');
        await unpack(packed, tree, owner);
      }
      for (const step of steps) {
        progress(`${step.doing}: ${step.argv.join(' ')}`);
        await runStep(tree, step, { owner, timeoutMs: manifest.buildTimeoutMs });
      }
    } finally {
      await endBuildProcesses(tree);
      await onFiles(['rm', '-rf', '--', homeOf(tree)]);
    }
    await refuseForeign(tree, owner);
  }
  await onFiles(['chown', '-R', `${keeper.uid}:${keeper.gid}`, tree]);
  await onFiles(['chmod', '-R', 'u=rwX,go=rX', tree]);
}

/** Beside it and not in it: caches are no part of a release. By its name whatever a build left running is known, too. */
const homeOf = (tree: string): string => `${tree}-home`;

interface BuildStep {
  readonly doing: 'building' | 'checking';
  readonly argv: readonly string[];
}

/** The release's own check comes last, in the tree as it is built: what it finds never becomes a code directory. */
function stepsOf({ build, check }: ReleaseManifest): BuildStep[] {
  const building = build.map((argv) => ({ doing: 'building' as const, argv }));
  return check ? [...building, { doing: 'checking', argv: check }] : building;
}

const FAILED = {
  building: { code: 'BuildFailed', what: 'The build of the release' },
  checking: { code: 'ReleaseCheckFailed', what: 'The check that the release brings with it' },
} as const satisfies Record<BuildStep['doing'], { code: FaultCode; what: string }>;

async function runStep(tree: string, { doing, argv }: BuildStep, as: { owner: BuildOwner; timeoutMs: number }): Promise<void> {
  const env = { ...BUILD_ENVIRONMENT, HOME: homeOf(tree) };
  const ran = await run(argv, { cwd: tree, env, timeoutMs: as.timeoutMs, ...as.owner });
  if (ran.code === 0) return;
  const { code, what } = FAILED[doing];
  throw new Fault(code, `${what} failed at \`${argv.join(' ')}\`.`, { evidence: evidenceOf(ran, 15) });
}

async function refuseForeign(tree: string, { uid }: BuildOwner): Promise<void> {
  const path = (await onFiles(['find', tree, '!', '-uid', String(uid), '-print', '-quit'])).trimEnd();
  if (path === '') return;
  const name = JSON.stringify(relative(tree, path));
  throw new Fault('BuildFailed', `After the build of the release ${name} in its tree belongs to somebody else.`, {
    cure: 'Make the build leave files of its own only, no hard links to others.',
  });
}
