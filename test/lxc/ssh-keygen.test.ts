/** What the real ssh-keygen makes: the host keys of a new locker, and the key pair of the page on one's own containers. */
import { execFileSync } from 'node:child_process';
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
    writeFileSync(join(folder, 'sshd_config'), 'PermitRootLogin no');
    await newHostKeys(root);
    expect(readFileSync(key, 'utf8')).toMatch(/^-----BEGIN OPENSSH PRIVATE KEY-----/);
    expect(readFileSync(`${key}.pub`, 'utf8')).toMatch(/^ssh-ed25519 /);
    expect(statSync(key).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(folder, 'sshd_config'), 'utf8')).toBe('PermitRootLogin no');
  } finally {
    rmSync(root, { recursive: true });
  }
});

test('the key pair is made by what the page types, and is nobody else’s', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-keys-'));
  try {
    const page = readFileSync(join(__dirname, '../../docs/your-own-containers.md'), 'utf8');
    const [typed = ''] = /^mkdir -p keys\nssh-keygen .*$/m.exec(page) ?? [];
    execFileSync('sh', ['-e', '-c', typed], { cwd: folder, stdio: 'pipe' });
    expect(statSync(join(folder, 'keys/lockstep')).mode & 0o77).toBe(0);
    expect(readFileSync(join(folder, 'keys/lockstep.pub'), 'utf8')).toMatch(/^ssh-ed25519 /);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
