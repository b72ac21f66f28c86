/** A file that grows. An append returns when its bytes are on the disk; those that wait together share one fsync. */
import { closeSync, fdatasync, fsyncSync, ftruncateSync, linkSync, openSync, renameSync, rmSync, write } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

export interface DurableFile {
  append(bytes: Buffer): Promise<void>;
  readonly length: () => number;
  /**
   * At the next append another file takes its place, in one step; `content` stands for everything
   * that was appended until then. The former one is kept as `<file>.1`. Where that fails nothing changes.
   */
  replace(content: () => Buffer): void;
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
  // Of a replacement that did not come to its end.
  rmSync(`${file}.new`, { force: true, recursive: true });
  let handle = openSync(file, 'r+');
  ftruncateSync(handle, from);
  let length = from;
  let waiting: Waiting[] = [];
  let busy = false;
  let closed = false;
  let replacement: (() => Buffer) | null = null;

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
  /** True: the new file says what the batch says too. */
  const replaceNow = async (content: () => Buffer): Promise<boolean> => {
    const fresh = `${file}.new`;
    let next: number | null = null;
    try {
      const bytes = content();
      next = openSync(fresh, 'w', 0o600);
      await putAll(next, { bytes, at: 0 });
      rmSync(`${file}.1`, { force: true });
      linkSync(file, `${file}.1`);
      renameSync(fresh, file);
      closeSync(handle);
      handle = next;
      length = bytes.length;
    } catch {
      // No room for it now: the old one goes on.
      if (next !== null) closeSync(next);
      rmSync(fresh, { force: true, recursive: true });
      return false;
    }
    syncFolder(dirname(file));
    return true;
  };
  const takeReplacement = () => {
    const taken = replacement;
    replacement = null;
    return taken;
  };
  const flush = async () => {
    if (busy) return;
    busy = true;
    try {
      for (;;) {
        if (closed || waiting.length === 0) return;
        const batch = waiting.splice(0);
        const content = takeReplacement();
        if (content && (await replaceNow(content))) for (const { resolve } of batch) resolve();
        else await writeOut(batch);
      }
    } finally {
      busy = false;
    }
  };

  return {
    length: () => length,
    replace: (content) => {
      replacement = content;
    },
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

function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
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
