/** The rendered config of a locker for a target: the same in `inspect` and in `stage`. */
import type { LockerName, Sha } from '../../domain/model/ids';
import type { StageTarget } from '../../domain/protocol/verbs';
import type { BoxContext } from '../context';
import { renderConfig } from './config-render';
import type { Files } from './config-render';
import { askGit } from './git';
import { ensureCommit } from './mirror';

const ROOT = 'templates/';

/** Every file below `templates/` of the config repository, at that commit. */
export async function readTemplates(box: BoxContext, target: StageTarget): Promise<Files> {
  const { service, release } = target;
  const mirror = box.paths.configMirror(service.name);
  await ensureCommit(mirror, service.config.repo, release.config.revision);
  const listed = await askGit(['-C', mirror, 'ls-tree', '-r', '-z', '--name-only', release.config.revision, '--', ROOT]);
  const paths = listed.split('\0').filter(Boolean);
  const read = async (path: string): Promise<[string, string]> => [
    path.slice(ROOT.length),
    await show(mirror, release.config.revision, path),
  ];
  return new Map(await Promise.all(paths.map(read)));
}

const show = (mirror: string, sha: Sha, path: string): Promise<string> =>
  askGit(['-C', mirror, 'cat-file', 'blob', `${sha}:${path}`]);

export function configOf(box: BoxContext, target: StageTarget, templates: Files, locker: LockerName) {
  const values = { ...target.values, ...target.lockerValues[locker], locker, box: box.config.box };
  return renderConfig(templates, values);
}
