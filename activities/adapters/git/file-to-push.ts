/** A file on the worker as the box will know it: by its digest. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { Digest } from '../../../domain/model/ids';
import type { FileToPush } from '../../ports/source-port';

export async function fileToPush(path: string): Promise<FileToPush> {
  const { size } = await stat(path);
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return { digest: Digest.parse(hash.digest('hex')), bytes: size, read: (offset, length) => readPart(path, offset, length) };
}

async function readPart(path: string, offset: number, length: number): Promise<Buffer> {
  const handle = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(length);
    const { bytesRead } = await handle.read(buffer, 0, length, offset);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
