/** RevokedHostKeys: a list of public keys, or a KRL, which `ssh-keygen` reads for us. As in ssh, a file that can't be read refuses every key. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fault } from '../../../domain/faults';
import { fingerprint, typeOfBlob } from './host-key';
import { parseKey } from './known-hosts';
import type { Hop } from './route';
import { addressOf } from './route';

const KRL_BEGINS = 'SSHKRL\n\0';

/** null: no file has it. */
export async function revokedFault(shown: Buffer, hop: Hop): Promise<Fault | null> {
  for (const file of hop.revokedHostKeysFiles) {
    const why = await whyRefused(shown, file);
    if (why === null) continue;
    const evidence = [`shown: ${typeOfBlob(shown)} ${fingerprint(shown)}`, `RevokedHostKeys ${file}: ${why}`];
    const sentence = `${hop.name} (${addressOf(hop)}) shows a host key that RevokedHostKeys does not let pass.`;
    return new Fault('HostKeyMismatch', sentence, { evidence });
  }
  return null;
}

async function whyRefused(shown: Buffer, file: string): Promise<string | null> {
  let data: Buffer;
  try {
    data = await readFile(file);
  } catch (error) {
    return `can not be read (${(error as NodeJS.ErrnoException).code}), so that every key counts as revoked`;
  }
  return data.subarray(0, KRL_BEGINS.length).toString('latin1') === KRL_BEGINS ? askKeygen(shown, file) : inList(shown, data);
}

/** One line that is no key spoils the lines after it, as in ssh. */
function inList(shown: Buffer, data: Buffer): string | null {
  for (const [index, raw] of data.toString('latin1').split('\n').entries()) {
    const line = raw.replace(/\r$/, '').replace(/^[ \t]+/, '');
    if (line === '' || line.startsWith('#')) continue;
    const [type = '', base64 = ''] = line.split(/[ \t]+/);
    const key = parseKey(type, base64);
    if (key === null) return `line ${index + 1} is no public key, so that every key counts as revoked`;
    if (key.blob.equals(shown)) return `line ${index + 1} revokes it`;
  }
  return null;
}

/** ssh-keygen: 0 is fine, 1 revoked, anything else no answer. */
async function askKeygen(shown: Buffer, file: string): Promise<string | null> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-key-'));
  try {
    const key = join(folder, 'key.pub');
    await writeFile(key, `${typeOfBlob(shown)} ${shown.toString('base64')}\n`);
    const { code, said } = await run('ssh-keygen', ['-Q', '-f', file, key]);
    if (code === 0) return null;
    return code === 1 ? 'it revokes it' : `ssh-keygen -Q could not ask it (${code}): ${said.trim()}`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function run(program: string, argv: readonly string[]): Promise<{ code: number | string; said: string }> {
  return new Promise((resolve) => {
    execFile(program, [...argv], { timeout: 10_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : (error.code ?? 'cut off'), said: `${stdout}${stderr}` });
    });
  });
}
