/** Refs → a release, in the box's own mirrors: what is resolved here is what stage will find. */
import type { z } from 'zod';
import type { Sha } from '../../domain/model/ids';
import type { Release } from '../../domain/model/release';
import type { ServiceConfig } from '../../domain/model/service';
import type { VERBS, VerbResult } from '../../domain/protocol/verbs';
import { commitIdOf, shortNameOf } from '../../mirror/look-up-ref';
import type { BoxContext } from '../context';
import { revisionOfRelease } from './find-release';
import { askGit } from './git';
import { mirrorOf, originOf, resolveIn, updateMirror } from './mirror';
import { readyTree } from './ready-tree';
import { codeIdOf, releaseIdOf } from './release-ids';
import { codeSource, configSource } from './tree-source';

/** Enough to see what changed; nobody reads a longer list before a start. */
const MAX_CHANGES = 50;

type Params = z.output<typeof VERBS.resolve.params>;

export async function resolveRelease(box: BoxContext, params: Params): Promise<VerbResult<'resolve'>> {
  const { service, codeRef, configRef, since } = params;
  const mirrors = { code: mirrorOf(box, service.name, 'code'), config: mirrorOf(box, service.name, 'config') };
  const origins = { code: originOf(service, 'code'), config: originOf(service, 'config') };
  await Promise.all([updateMirror(mirrors.code, origins.code), updateMirror(mirrors.config, origins.config)]);
  const code = await resolveIn(mirrors.code, origins.code, codeRef);
  const config = await resolveIn(mirrors.config, origins.config, configRef);
  await readyTree(box, codeSource(box, service, code));
  await readyTree(box, await configSource(box, service, config));
  const release = await describe(mirrors.code, { service, codeRef, code, config });
  const before = since === null ? null : await revisionOfRelease(box, since);
  const [codeLog, configLog] = await Promise.all([
    log(mirrors.code, before?.code.revision ?? null, code),
    log(mirrors.config, before?.config.revision ?? null, config),
  ]);
  return { release, changes: { code: codeLog, config: configLog } };
}

interface Resolved {
  readonly service: ServiceConfig;
  readonly codeRef: string;
  readonly code: Sha;
  readonly config: Sha;
}

async function describe(mirror: string, { service, codeRef, code, config }: Resolved): Promise<Release> {
  const count = (await askGit(['-C', mirror, 'rev-list', '--count', code])).trim();
  const day = (await askGit(['-C', mirror, 'show', '--no-patch', '--date=format-local:%Y%m%d', '--format=%cd', code])).trim();
  const named = commitIdOf(codeRef) === null ? `${shortNameOf(codeRef)}-` : '';
  const made = { service: service.name, code, config };
  return {
    id: releaseIdOf(made),
    label: `${named}${day}-g${code.slice(0, 6)}`,
    service: service.name,
    code: { id: codeIdOf(made), revision: code, build: `${count}-g${code.slice(0, 12)}` },
    config: { revision: config },
  };
}

/** Empty where it is not known what came before, or where that commit is gone. */
async function log(mirror: string, from: Sha | null, to: Sha): Promise<string[]> {
  if (from === null || from === to) return [];
  const range = [`${from}..${to}`, '--max-count', String(MAX_CHANGES), '--format=%h %s'];
  return (await askGit(['-C', mirror, 'log', ...range]).catch(() => '')).split('\n').filter(Boolean);
}
