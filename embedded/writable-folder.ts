/** Makes a folder and looks whether anything may be written to it. */
import { constants, existsSync } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

/** null: it may; else why not. */
export async function makeWritable(folder: string): Promise<string | null> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o755 });
    // A folder that is there already says nothing about what may be written into it.
    await access(folder, constants.W_OK);
    return null;
  } catch (error) {
    // Of a read-only filesystem Node's recursive mkdir says only that there is no such folder.
    return (await whyNotAbove(dirname(folder))) ?? (error as Error).message;
  }
}

async function whyNotAbove(folder: string): Promise<string | null> {
  if (!existsSync(folder)) return folder === dirname(folder) ? null : whyNotAbove(dirname(folder));
  return access(folder, constants.W_OK).then(
    () => null,
    (error: Error) => error.message,
  );
}
