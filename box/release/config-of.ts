/** The rendered config of a locker for a target: the same in `inspect` and in `stage`. */
import { createHash } from 'node:crypto';
import { Fault } from '../../domain/faults';
import { Digest } from '../../domain/model/ids';
import type { LockerName } from '../../domain/model/ids';
import type { StageTarget } from '../../domain/protocol/verbs';
import type { BoxContext } from '../context';
import { inParallel } from '../inspect/in-parallel';
import { renderConfig } from './config-render';
import type { Files } from './config-render';
import { askGit } from './git';
import { ensureCommit, mirrorOf, originOf } from './mirror';
import { digestOfSecrets, readSecrets } from './secrets';
import type { Secrets } from './secrets';

const ROOT = 'templates/';
/** A git process each: a repository of hundreds must not become hundreds of processes. */
const AT_ONCE = 8;

interface Listed {
  readonly path: string;
  readonly object: string;
}

/** Every file below `templates/` of the config repository, at that commit. */
export async function readTemplates(box: BoxContext, target: StageTarget): Promise<Files> {
  const { service, release } = target;
  const mirror = mirrorOf(box, service.name, 'config');
  await ensureCommit(mirror, originOf(service, 'config'), release.config.revision);
  const listed = await askGit(['-C', mirror, 'ls-tree', '-r', '-z', release.config.revision, '--', ROOT]);
  const files = listed.split('\0').filter(Boolean).map(plainFile);
  return new Map(await inParallel(files, AT_ONCE, async (file) => [file.path.slice(ROOT.length), await textOf(mirror, file)]));
}

/** `<mode> <type> <object>\t<path>`. Anything but a plain file inside the folder could reach out of it. */
function plainFile(entry: string): Listed {
  const tab = entry.indexOf('\t');
  const path = entry.slice(tab + 1);
  const inside = !path.split('/').includes('..');
  const object = /^100(?:644|755) blob ([0-9a-f]{40})$/.exec(entry.slice(0, tab))?.[1];
  if (object !== undefined && inside) return { path, object };
  throw new Fault('TemplateInvalid', `${JSON.stringify(path)} in the config repository is no plain file.`, {
    evidence: [entry],
    cure: 'Put the file itself there: links and submodules are not followed.',
  });
}

/** Compared with git's own name for it: what is no UTF-8, or longer than a command's kept output, came changed. */
async function textOf(mirror: string, { path, object }: Listed): Promise<string> {
  const text = await askGit(['-C', mirror, 'cat-file', 'blob', object]);
  const came = createHash('sha1')
    .update(`blob ${Buffer.byteLength(text)}\0`)
    .update(text)
    .digest('hex');
  if (came === object) return text;
  throw new Fault('TemplateInvalid', `${JSON.stringify(path)} in the config repository is no text in UTF-8 of at most 2 MiB.`, {
    cure: 'Keep it elsewhere: every file under templates/ is filled in as a text.',
  });
}

/** What a locker's /Config will be. */
export interface LockerConfig {
  readonly files: Files;
  readonly secrets: Secrets;
  /** Over both. */
  readonly digest: Digest;
}

export async function configOf(
  box: BoxContext,
  target: StageTarget,
  templates: Files,
  locker: LockerName,
): Promise<LockerConfig> {
  const values = { ...target.values, ...target.lockerValues[locker], locker, box: box.config.box };
  const rendered = renderConfig(templates, values);
  const secrets = await readSecrets(box, target.service, locker);
  const twice = [...secrets.keys()].find((path) => rendered.files.has(path));
  if (twice !== undefined)
    throw new Fault('TemplateInvalid', `templates/${twice} is made from the config repository and named as a secret, too.`, {
      cure: 'Take it out of one of them.',
    });
  return { files: rendered.files, secrets, digest: digestWith(rendered.digest, secrets) };
}

/** Without secrets it is that of the files alone, as it always was. */
function digestWith(files: Digest, secrets: Secrets): Digest {
  if (secrets.size === 0) return files;
  const text = JSON.stringify([files, digestOfSecrets(secrets)]);
  return Digest.parse(createHash('sha256').update(text).digest('hex'));
}
