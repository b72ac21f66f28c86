/**
 * Files that a worker pushes in parts, each kept under its own digest: one that was cut off goes on
 * where it ended, whoever sends it, and none is used before all of it was checked. What is left of a
 * push that nobody ended goes with the next settle.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { appendFile, chmod, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { z } from 'zod';
import { Fault } from '../../domain/faults';
import type { Digest } from '../../domain/model/ids';
import type { PushedFile, VERBS, VerbResult } from '../../domain/protocol/verbs';
import type { BoxContext } from '../context';
import { makeTurns } from '../jobs/turns';
import { assertSpace, diskFull } from './space';

type Params = z.output<(typeof VERBS)['receive-part']['params']>;
type Place = Pick<BoxContext, 'paths' | 'config'>;

const turns = makeTurns<string>();

export function receivePart(box: Place, { file, offset, data }: Params): Promise<VerbResult<'receive-part'>> {
  const path = box.paths.incoming(file.digest);
  return turns(path, async () => {
    const there = await sizeOf(path);
    const part = Buffer.from(data, 'base64');
    if (part.length === 0 || offset !== there) return { received: there };
    const end = there + part.length;
    if (end > file.bytes) throw new Fault('BadRequest', `${file.digest} would be longer than its ${file.bytes} bytes.`);
    // What it holds is laid on the same disk again when it is unpacked.
    await assertSpace(box, file.bytes - there + file.bytes);
    await append(box, path, part);
    return { received: end };
  });
}

/** Its path, once it is all there and what it should be; otherwise it is removed, to be pushed anew. */
export function wholeFile(box: Place, { digest, bytes }: PushedFile): Promise<string> {
  const path = box.paths.incoming(digest);
  return turns(path, async () => {
    const there = await sizeOf(path);
    if (there < bytes) throw new Fault('PushIncomplete', `Of ${digest} ${there} of ${bytes} bytes are on ${box.config.box}.`);
    const found = await digestOf(path);
    if (found === digest) return path;
    await rm(path, { force: true });
    throw new Fault('PushIncomplete', `What ${box.config.box} received as ${digest} is something else: ${found}.`);
  });
}

export async function dropIncoming({ paths }: Place, { digest }: PushedFile): Promise<void> {
  await rm(paths.incoming(digest), { force: true });
}

/** A push that is under way for a preview begins again: seldom, and it does no harm. */
export async function dropAllIncoming({ paths }: Place): Promise<void> {
  for (const name of await readdir(paths.incomingRoot).catch(() => [])) await rm(join(paths.incomingRoot, name), { force: true });
}

async function append(box: Place, path: string, part: Buffer): Promise<void> {
  try {
    await mkdir(box.paths.incomingRoot, { recursive: true });
    // The build user opens its one file there by name; nobody lists the others.
    await chmod(box.paths.incomingRoot, 0o711);
    await appendFile(path, part, { mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    await rm(path, { force: true });
    throw diskFull(box, (error as Error).message);
  }
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return 0;
      throw error;
    },
  );
}

async function digestOf(path: string): Promise<Digest> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex') as Digest;
}
