/** The rendered config of a locker for a target: the same in `inspect` and in `stage`. */
import { createHash } from 'node:crypto';
import { Fault } from '../../domain/faults';
import { Digest } from '../../domain/model/ids';
import type { LockerName } from '../../domain/model/ids';
import type { StageTarget } from '../../domain/protocol/verbs';
import type { BoxContext } from '../context';
import type { Values } from '../../domain/model/service';
import { asTheyAre, renderConfig } from './config-render';
import type { Files, Rendered } from './config-render';
import type { Templates } from './read-templates';
import { digestOfSecrets, readSecrets } from './secrets';
import type { Secrets } from './secrets';

/** What a locker's /Config will be. */
export interface LockerConfig {
  readonly files: Files;
  /** Those of them that are programs. */
  readonly executable: ReadonlySet<string>;
  readonly secrets: Secrets;
  /** Over both. */
  readonly digest: Digest;
}

export async function configOf(
  box: BoxContext,
  target: StageTarget,
  templates: Templates,
  locker: LockerName,
): Promise<LockerConfig> {
  const values = { ...target.values, ...target.lockerValues[locker], locker, box: box.config.box };
  const rendered = madeOf(templates, values);
  const secrets = await readSecrets(box, target.service, locker);
  const twice = [...secrets.keys()].find((path) => rendered.files.has(path));
  if (twice !== undefined)
    throw new Fault('TemplateInvalid', `templates/${twice} is made from the config repository and named as a secret, too.`, {
      cure: 'Take it out of one of them.',
    });
  return { ...rendered, secrets, digest: digestWith(rendered.digest, secrets) };
}

export function madeOf({ files, executable, filledIn }: Templates, values: Values): Rendered {
  return filledIn ? renderConfig(files, values, executable) : asTheyAre(files, executable);
}

/** Without secrets it is that of the files alone, as it always was. */
function digestWith(files: Digest, secrets: Secrets): Digest {
  if (secrets.size === 0) return files;
  const text = JSON.stringify([files, digestOfSecrets(secrets)]);
  return Digest.parse(createHash('sha256').update(text).digest('hex'));
}
