/** A file that only grows. An append returns when its bytes are on the disk; those that wait together share one fsync. */
import { closeSync, fdatasync, ftruncateSync, openSync, rmSync, write } from 'node:fs';
import { promisify } from 'node:util';

export interface DurableFile {
  append(bytes: Buffer): Promise<void>;
  /** Nothing is written any more: whoever still appends waits for ever, as at the death of the process. */
  close(): void;
}

export interface DurableOptions {
  readonly file: string;
  /** Whatever follows is cut off. */
  readonly length: number;
  /** Given up when the disk is full. */
  readonly reserve: string;
  /** After a failed write, before anybody hears of it. */
  readonly onFailure: () => void;
}

interface Waiting {
  readonly bytes: Buffer;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const sync = promisify(fdatasync);

export function openDurable({ file, length: from, reserve, onFailure }: DurableOptions): DurableFile {
  const handle = openSync(file, 'r+');
  ftruncateSync(handle, from);
  let length = from;
  let waiting: Waiting[] = [];
  let busy = false;
  let closed = false;

  const writeOut = async (batch: readonly Waiting[]) => {
    const bytes = Buffer.concat(batch.map((entry) => entry.bytes));
    try {
      await putSparing(handle, { bytes, at: length, reserve });
      length += bytes.length;
      for (const { resolve } of batch) resolve();
    } catch (error) {
      // Those who wait decided on what the failed ones said.
      const refused = [...batch, ...waiting.splice(0)];
      try {
        ftruncateSync(handle, length);
        onFailure();
      } finally {
        for (const { reject } of refused) reject(error);
      }
    }
  };
  const flush = async () => {
    if (busy) return;
    busy = true;
    try {
      for (;;) {
        if (closed || waiting.length === 0) return;
        await writeOut(waiting.splice(0));
      }
    } finally {
      busy = false;
    }
  };

  return {
    append: (bytes) =>
      new Promise((resolve, reject) => {
        waiting.push({ bytes, resolve, reject });
        flush().catch(reject);
      }),
    close: () => {
      if (!closed) closeSync(handle);
      closed = true;
    },
  };
}

interface Put {
  readonly bytes: Buffer;
  readonly at: number;
}

/** A locker that is down must come up whatever the disk says: for that the reserve was set aside. */
async function putSparing(handle: number, { reserve, ...put }: Put & { reserve: string }): Promise<void> {
  try {
    await putAll(handle, put);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    rmSync(reserve, { force: true });
    await putAll(handle, put);
  }
}

async function putAll(handle: number, { bytes, at }: Put): Promise<void> {
  for (let done = 0; done < bytes.length; ) done += await putSome(handle, { bytes: bytes.subarray(done), at: at + done });
  await sync(handle);
}

function putSome(handle: number, { bytes, at }: Put): Promise<number> {
  return new Promise((resolve, reject) => {
    write(handle, bytes, 0, bytes.length, at, (error, written) => (error ? reject(error) : resolve(written)));
  });
}
