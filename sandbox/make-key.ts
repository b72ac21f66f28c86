/** ed25519 key pairs by ssh-keygen; one that is there is kept. */
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { runOrFault } from './run-or-fault';

/** Returns the public half, `ssh-ed25519 AAAA… comment`. */
export async function makeKey(file: string, comment: string): Promise<string> {
  if (!existsSync(`${file}.pub`)) {
    await rm(file, { force: true });
    await runOrFault(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', file]);
  }
  return (await readFile(`${file}.pub`, 'utf8')).trim();
}
