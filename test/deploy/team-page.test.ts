/** docs/team.md: what it tells people to type and to set is what files and programs take. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keyRingFrom } from '../../codec/key-ring';
import { composeFile, ROOT } from '../support/compose-file';

const page = readFileSync(join(ROOT, 'docs/team.md'), 'utf8');
const typed = [...page.matchAll(/^\$ (.*?)(?:\s{2,}#.*)?$/gm)].map(([, command]) => command as string);

test('the line that makes a key makes one that is taken', () => {
  const line = typed.find((command) => command.includes('randomBytes')) as string;
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-page-'));
  try {
    mkdirSync(join(folder, 'deploy/secrets'), { recursive: true });
    execFileSync('sh', ['-c', line], { cwd: folder });
    const ring = keyRingFrom({ LOCKSTEP_PAYLOAD_KEYS: join(folder, 'deploy/secrets/payload-keys') });
    expect(line).toContain(`'${ring?.current.id} '`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('the lines that lay files find each where the page says, and lay it where the compose file looks', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-page-'));
  try {
    cpSync(join(ROOT, 'deploy'), join(folder, 'deploy'), { recursive: true });
    mkdirSync(join(folder, '.ssh'));
    for (const name of ['known_hosts', 'id_ed25519']) writeFileSync(join(folder, '.ssh', name), name);
    const lines = typed.filter((command) => command.startsWith('cp '));
    expect(lines).toHaveLength(3);
    for (const line of lines) execFileSync('sh', ['-c', line], { cwd: folder, env: { ...process.env, HOME: folder } });
    expect(readFileSync(join(folder, '.env'), 'utf8')).toMatch(/^POSTGRES_PASSWORD=/m);
    expect(readFileSync(join(folder, 'deploy/ssh/id_ed25519'), 'utf8')).toBe('id_ed25519');
    expect(JSON.stringify(composeFile().services)).toContain('./deploy/ssh:');
    expect(readFileSync(join(folder, 'deploy/chat/chatops.yaml'), 'utf8')).toContain('signingSecret');
    expect(composeFile().services['chatops']?.volumes).toContain('./deploy/chat:/etc/lockstep/chat');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('the services that it names are in the compose file', () => {
  const { services } = composeFile();
  const scaled = [...page.matchAll(/--scale (\w+)=/g)].map(([, name]) => name as string);
  expect(scaled).toEqual(['worker']);
  // Chat alone stays away unless it is asked for.
  const profiles = [...page.matchAll(/--profile (\w+)/g)].map(([, name]) => name);
  expect(new Set(profiles)).toEqual(new Set(services['chatops']?.profiles));
  for (const name of [...scaled, 'temporal-schema', 'set-up', 'temporal']) expect(Object.keys(services)).toContain(name);
});

test('the variables that it names are read by somebody', () => {
  const named = new Set([...page.matchAll(/\b((?:TEMPORAL|LOCKSTEP|WEB)_[A-Z_]*[A-Z])\b/g)].map(([, name]) => name as string));
  const readers = [
    'docker-compose.yml',
    'codec/key-ring.ts',
    'starters/codec-server-main.ts',
    'embedded/ensure-environment.ts',
    'workers/main.ts',
    'node_modules/@temporalio/envconfig/src/envconfig-toml.ts',
  ].map((file) => readFileSync(join(ROOT, file), 'utf8'));
  expect(named.size).toBeGreaterThan(10);
  expect([...named].filter((name) => !readers.some((text) => text.includes(name)))).toEqual([]);
});
