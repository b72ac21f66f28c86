/** Lays the throwaway locker down: root, /Me, version, config. Nothing runs yet. */
import { chmod, chown, mkdir, realpath, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Fault } from '../../domain/faults';
import { targetsOf } from '../../domain/model/targets';
import type { StageTarget } from '../../domain/protocol/verbs';
import type { BoxContext } from '../context';
import { emptySecrets } from './stand-ins';
import type { IdMap } from '../inspect/id-map';
import { idsIn } from '../inspect/ids-in';
import { lockerProblems } from '../inspect/preflight';
import { onFiles } from '../release/box-files';
import { readTemplates } from '../release/read-templates';
import { madeOf } from '../release/config-of';
import { makeVersions } from '../release/make-versions';
import { mirrorOf } from '../release/mirror';
import { ownInside } from '../release/own-inside';
import { readManifest } from '../release/read-manifest';
import { switchTo } from '../release/versions';
import { valuesFor } from './find-model';
import type { Model } from './model';
import { isolateConfig } from './isolate-config';
import { REHEARSAL } from './rehearsal-box';
import { quietRoot } from './quiet-root';
import type { Room } from './room';
import { makeStandIns } from './stand-ins';

export interface Making {
  readonly target: StageTarget;
  readonly room: Extract<Room, { kind: 'room' }>;
  readonly by: string;
}

/** `inner`: the box of the rehearsal. Returns why the locker could not be one; null: it is there. */
export async function makeRehearsal(box: BoxContext, inner: BoxContext, making: Making): Promise<string | null> {
  const { target, room } = making;
  const container = dirname(inner.paths.lxcConfig(REHEARSAL));
  const place = { rootfs: join(container, 'rootfs'), current: inner.paths.current(REHEARSAL), me: inner.paths.me(REHEARSAL) };
  for (const folder of [container, inner.config.data, inner.paths.state]) await mkdir(folder, { recursive: true, mode: 0o755 });
  await symlink(box.paths.codeRoot, inner.paths.codeRoot);
  const standIns = await makeStandIns(room.model, join(inner.config.root, 'stand-ins'));
  const { address, mac } = room;
  await writeFile(inner.paths.lxcConfig(REHEARSAL), isolateConfig(room.model, { ...place, address, mac, standIns }));
  const ids = await idsIn(inner, REHEARSAL);
  await makeRoot(room.model, place.rootfs, ids);
  await makeData(room.model, place.me, await fixtureOf(box, target));
  await makeVersion(box, inner, making);
  // Whoever owns what it is made like: its own root is to write to its data and its root, and to read its secrets.
  for (const own of [place.me, join(inner.paths.version(REHEARSAL, 1), 'config'), join(inner.config.root, 'stand-ins')])
    await ownInside(ids, own);
  const [problem] = await lockerProblems(inner, REHEARSAL, { targets: targetsOf(target.service) });
  return problem ? `a locker made like the others would be unfit: ${problem.code.replaceAll('-', ' ')}: ${problem.detail}` : null;
}

async function makeRoot({ rootfs }: Model, goal: string, ids: IdMap): Promise<void> {
  if (rootfs === null) {
    await mkdir(goal, { mode: 0o755 });
    await ownInside(ids, goal);
    return;
  }
  await onFiles(['cp', '-a', '-x', '--reflink=auto', '--', rootfs, goal]);
  await quietRoot(goal);
  await ownInside(ids, goal);
}

/** Empty, or the release's fixture, or what the template gives every owner; never somebody's data. */
async function makeData({ me, meIsCopied }: Model, goal: string, fixture: string | null): Promise<void> {
  const copied = fixture ?? (meIsCopied ? me : null);
  if (copied === null) await mkdir(goal, { mode: 0o755 });
  else await onFiles(['cp', '-a', '--', copied, goal]);
  if (me === null) return;
  const { uid, gid, mode } = await stat(me);
  if (fixture !== null) await onFiles(['chown', '-R', `${uid}:${gid}`, goal]);
  await chown(goal, uid, gid);
  await chmod(goal, mode & 0o777);
}

/** Of the tree as it is built; a link may not lead out of it. */
async function fixtureOf(box: BoxContext, { service, release }: StageTarget): Promise<string | null> {
  const { revision, id } = release.code;
  const path = (await readManifest(mirrorOf(box, service.name, 'code'), revision)).rehearsal?.me;
  if (path === undefined) return null;
  const [tree, found] = await Promise.all([
    realpath(box.paths.code(id)),
    realpath(join(box.paths.code(id), path)).catch(() => ''),
  ]);
  if (found.startsWith(`${tree}/`) && (await stat(found)).isDirectory()) return found;
  throw new Fault('ManifestInvalid', `lockstep.json of commit ${revision} is not valid.`, {
    evidence: [`lockstep.json: rehearsal.me: ${path} is no folder of the built tree`],
  });
}

async function makeVersion(box: BoxContext, inner: BoxContext, { target, by }: Making): Promise<void> {
  const values = { ...valuesFor(target), locker: 'rehearsal', box: box.config.box };
  const rendered = madeOf(await readTemplates(box, target), values);
  const config = { ...rendered, secrets: await emptySecrets(box, target) };
  await makeVersions(inner, { target, configs: new Map([[REHEARSAL, config]]), by });
  await switchTo(inner, REHEARSAL, 1);
}
