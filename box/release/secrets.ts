/**
 * Secrets of lockers: files that are on the box alone. A service names them by their path below /Config;
 * they lie in `secrets/lockers/<locker>/`, or in `secrets/all/` for every locker, and are copied into each
 * version beside the rendered config, with the rights that they have there and the owner that this is in the locker. Their content never
 * leaves the box; a digest of it does not either, but within that of the whole config.
 */
import { createHash } from 'node:crypto';
import { chmod, chown, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Fault } from '../../domain/faults';
import type { LockerName } from '../../domain/model/ids';
import type { ServiceConfig } from '../../domain/model/service';
import type { BoxContext } from '../context';
import { ownerInside } from '../inspect/id-map';
import { idsIn } from '../inspect/ids-in';

export interface Secret {
  readonly bytes: Buffer;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}
/** Path below /Config → what is there. */
export type Secrets = ReadonlyMap<string, Secret>;

const MAX_BYTES = 1024 * 1024;

/** Fault: SecretMissing, naming both places. */
export async function readSecrets(box: BoxContext, { secrets = [] }: ServiceConfig, locker: LockerName): Promise<Secrets> {
  return new Map(await Promise.all(secrets.map(async (path) => [path, await readOne(box, locker, path)] as const)));
}

async function readOne(box: BoxContext, locker: LockerName, path: string): Promise<Secret> {
  const places = [box.paths.secretOf(locker, path), box.paths.secretOfAll(path)];
  const ids = await idsIn(box, locker);
  for (const file of places) {
    const seen = await stat(file).catch(() => null);
    if (seen === null) continue;
    if (!seen.isFile() || seen.size > MAX_BYTES) throw unfit(file, seen.isFile() ? `${seen.size} bytes` : 'no plain file');
    return { bytes: await readFile(file), mode: seen.mode & 0o777, ...ownerInside(ids, seen) };
  }
  throw new Fault('SecretMissing', `${box.config.box} has no ${path} for ${locker}, which its service names as a secret.`, {
    evidence: places.map((file) => `not there: ${file}`),
  });
}

const unfit = (file: string, what: string): Fault =>
  new Fault('SecretMissing', `${file} is no secret that could be given: a plain file of at most 1 MiB is.`, { evidence: [what] });

/** Nobody else reads it meanwhile. */
export async function writeSecret(file: string, { bytes, mode, uid, gid }: Secret): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o755 });
  await writeFile(file, bytes, { mode: 0o600 });
  if (process.getuid?.() === 0) await chown(file, uid, gid);
  await chmod(file, mode);
}

/** As a version's config digest tells that a secret is another one, and nothing else of it. */
export const digestOfSecrets = (secrets: Secrets): readonly (readonly [string, string])[] =>
  [...secrets]
    .map(([path, { bytes, mode, uid, gid }]) => [path, `${sha256(bytes)} ${mode} ${uid} ${gid}`] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
