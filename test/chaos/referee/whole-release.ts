/** Is what a link names a whole release? Looked at from outside: its REVISION, its code, its config. */
import { readFile, readdir, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { boxPaths } from '../../../box/paths';
import { run } from '../../../box/run';
import type { LockerName } from '../../../domain/model/ids';
import { Revision } from '../../../domain/model/release';
import type { Sandbox } from '../../support/sandbox';

export interface NamedRelease {
  readonly target: string | null;
  readonly revision: Revision | null;
  /** Empty: it is whole. */
  readonly missing: readonly string[];
}

export async function currentRelease(sandbox: Sandbox, locker: string): Promise<NamedRelease> {
  const link = boxPaths(sandbox.boxConfig).current(locker as LockerName);
  const target = await readlink(link).catch(() => null);
  if (target === null) return { target, revision: null, missing: [`${link} is no link`] };
  const folder = join(link, '..', target);
  const revision = await readRevision(folder);
  const missing = revision === null ? [`${folder}/REVISION can not be read`] : await partsMissing(folder, revision);
  // It may have moved on, and what it left been collected, between the two looks.
  const moved = (await readlink(link).catch(() => null)) !== target;
  return moved ? currentRelease(sandbox, locker) : { target, revision, missing };
}

export async function readRevision(folder: string): Promise<Revision | null> {
  const text = await readFile(join(folder, 'REVISION'), 'utf8').catch(() => null);
  try {
    return text === null ? null : Revision.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

async function partsMissing(folder: string, revision: Revision): Promise<string[]> {
  const build = await readFile(join(folder, 'code/BUILD'), 'utf8').catch(() => null);
  const config = await readdir(join(folder, 'config')).catch(() => []);
  return [
    ...(build?.trim() === revision.code.build ? [] : [`${folder}/code is not build ${revision.code.build}: ${build}`]),
    ...(config.length > 0 ? [] : [`${folder}/config is empty`]),
  ];
}

/** Every file that the commit has, as long as it is there. A look that takes a process: once in the end. */
export async function filesMissing(sandbox: Sandbox, { service, code }: Revision): Promise<string[]> {
  const paths = boxPaths(sandbox.boxConfig);
  const mirror = paths.codeMirror(service);
  const listed = await run(['git', '-C', mirror, 'ls-tree', '-r', '-l', code.revision], { timeoutMs: 30_000 });
  const lines = listed.stdout.split('\n').filter((line) => line !== '');
  const wrong = await Promise.all(lines.map((line) => wrongFile(paths.code(code.id), line)));
  return wrong.flat();
}

/** `mode type object size<TAB>path`. */
async function wrongFile(folder: string, line: string): Promise<string[]> {
  const [fields = '', path = ''] = line.split('\t');
  const size = Number(fields.split(/\s+/)[3]);
  const found = await stat(join(folder, path)).catch(() => null);
  return found?.size === size ? [] : [`${join(folder, path)} has ${found ? found.size : 'no'} bytes, ${size} in its commit`];
}
