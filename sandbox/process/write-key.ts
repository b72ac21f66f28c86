/** ed25519 key pairs where there may be no ssh-keygen; one that is there is kept. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { utils } from 'ssh2';
import { putFile } from '../put-file';

/** Returns the public half, `ssh-ed25519 AAAA… comment`. */
export async function writeKey(file: string, comment: string): Promise<string> {
  if (!existsSync(`${file}.pub`)) {
    const pair = generateKey(comment);
    await putFile(file, pair.private, 0o600);
    await putFile(`${file}.pub`, `${pair.public}\n`, 0o644);
  }
  return (await readFile(`${file}.pub`, 'utf8')).trim();
}

/** About one of two hundred pairs that ssh2 1.17 makes can not be read again. */
function generateKey(comment: string): { private: string; public: string } {
  for (;;) {
    const pair = utils.generateKeyPairSync('ed25519', { comment });
    if (isWhole(pair)) return pair;
  }
}

function isWhole(pair: { private: string; public: string }): boolean {
  const [secret, open] = [utils.parseKey(pair.private), utils.parseKey(pair.public)];
  if (secret instanceof Error || open instanceof Error) return false;
  const text = Buffer.from('lockstep');
  // Both return an Error where they fail, whatever their types say.
  const signature: Buffer | Error = secret.sign(text);
  const signed: unknown = signature instanceof Error ? signature : open.verify(text, signature);
  return signed === true;
}
