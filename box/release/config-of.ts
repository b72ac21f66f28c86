/** The rendered config of a locker for a target: the same in `inspect` and in `stage`. */
import { Fault } from '../../domain/faults';
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
  const listed = await askGit(['-C', mirror, 'ls-tree', '-r', '-z', release.config.revision, '--', ROOT]);
  const paths = listed.split('\0').filter(Boolean).map(plainFile);
  const read = async (path: string): Promise<[string, string]> => [
    path.slice(ROOT.length),
    await show(mirror, release.config.revision, path),
  ];
  return new Map(await Promise.all(paths.map(read)));
}

/** `<mode> <type> <object>\t<path>`. Anything but a plain file inside the folder could reach out of it. */
function plainFile(entry: string): string {
  const [head = '', path = ''] = entry.split('\t');
  const inside = !path.split('/').includes('..');
  if (/^100(644|755) blob /.test(head) && inside) return path;
  throw new Fault('TemplateInvalid', `${JSON.stringify(path)} in the config repository is no plain file.`, {
    evidence: [entry],
    cure: 'Put the file itself there: links and submodules are not followed.',
  });
}

const show = (mirror: string, sha: Sha, path: string): Promise<string> =>
  askGit(['-C', mirror, 'cat-file', 'blob', `${sha}:${path}`]);

export function configOf(box: BoxContext, target: StageTarget, templates: Files, locker: LockerName) {
  const values = { ...target.values, ...target.lockerValues[locker], locker, box: box.config.box };
  return renderConfig(templates, values);
}
