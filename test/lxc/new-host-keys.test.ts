/** Host keys of a new locker, made by the real ssh-keygen. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newHostKeys } from '../../box/new-locker/own-identity';

test('a new locker has keys of its own, of the kinds that its template has', async () => {
  const root = mkdtempSync(join(tmpdir(), 'lockstep-root-'));
  try {
    const folder = join(root, 'etc/ssh');
    mkdirSync(folder, { recursive: true });
    const key = join(folder, 'ssh_host_ed25519_key');
    for (const file of [key, `${key}.pub`]) writeFileSync(file, 'the template’s');
    await newHostKeys(root);
    expect(readFileSync(key, 'utf8')).toMatch(/^-----BEGIN OPENSSH PRIVATE KEY-----/);
    expect(readFileSync(`${key}.pub`, 'utf8')).toMatch(/^ssh-ed25519 /);
    expect(statSync(key).mode & 0o777).toBe(0o600);
  } finally {
    rmSync(root, { recursive: true });
  }
});
