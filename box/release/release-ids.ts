/** Ids of code and release: stable hashes over what they are made of, the same on every box. */
import { createHash } from 'node:crypto';
import { CodeId, ReleaseId } from '../../domain/model/ids';
import type { ServiceName, Sha } from '../../domain/model/ids';

interface Made {
  readonly service: ServiceName;
  /** Holds its own build inputs: lockstep.json is a file of it. */
  readonly code: Sha;
  readonly config: Sha;
}

const hash = (...parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 12);

export const codeIdOf = ({ service, code }: Made): CodeId => CodeId.parse(`c${hash('code', service, code)}`);
export const releaseIdOf = ({ service, code, config }: Made): ReleaseId =>
  ReleaseId.parse(`r${hash('release', service, code, config)}`);
