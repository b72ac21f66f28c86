import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initFacts } from '../../../box/adopt/init-facts';
import { seeOldTree } from '../../../box/adopt/old-tree';
import { readLxcSource } from '../../../box/adopt/read-lxc-source';
import { settingsIn } from '../../../domain/adopt/lxc-config';
import { ServiceName } from '../../../domain/model/ids';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-looks-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('of a process the kernel shows since when it runs, and what it handles', async () => {
  const began = Date.now();
  const child = spawn(process.execPath, [
    '-e',
    "process.on('SIGUSR2', () => {}); console.log('ready'); setInterval(() => {}, 1000)",
  ]);
  try {
    await once(child.stdout, 'data');
    const facts = await initFacts(child.pid ?? 0, Date.now());
    // To a tick of the kernel.
    expect(facts?.startedAt).toBeGreaterThan(began - 50);
    expect(facts?.startedAt).toBeLessThan(Date.now() + 50);
    expect(facts?.handled).toContain(12);
    expect(facts?.handled).not.toContain(30);
  } finally {
    child.kill('SIGKILL');
  }
});

test('of a process that has ended nothing is known', async () => {
  expect(await initFacts(2 ** 22 + 1, 0)).toBeNull();
});

test('blocked signals count as handled: systemd waits for them', async () => {
  mkdirSync(join(folder, '7'));
  writeFileSync(join(folder, '7/status'), 'Name:\tinit\nSigBlk:\t0000001000000000\nSigCgt:\t0000000000004000\n');
  writeFileSync(join(folder, '7/stat'), `7 (a (b) c) S ${Array.from({ length: 18 }, () => 0).join(' ')} 500 0\n`);
  writeFileSync(join(folder, 'uptime'), '25.00 100.00\n');
  expect(await initFacts(7, 1_000_000, folder)).toEqual({ startedAt: 980_000, handled: [15, 37] });
});

test('an include may be a folder: its *.conf count, in order', async () => {
  mkdirSync(join(folder, 'conf.d'));
  writeFileSync(join(folder, 'conf.d/20.conf'), 'lxc.start.auto = 1\n');
  writeFileSync(join(folder, 'conf.d/10.conf'), 'lxc.start.auto = 0\n');
  writeFileSync(join(folder, 'conf.d/README'), 'lxc.start.auto = 7\n');
  const text = `lxc.include = ${folder}/conf.d\n`;
  const source = await readLxcSource(join(folder, 'config'), text);
  expect(settingsIn(source).map(({ value }) => value)).toEqual(['0', '1']);
});

test('an include that is not there is what LXC would stumble over too', async () => {
  await expect(readLxcSource('config', `lxc.include = ${folder}/none.conf\n`)).rejects.toThrow(/ENOENT/);
});

const git = (...args: string[]) =>
  execFileSync('git', ['-C', folder, '-c', 'user.name=kim', '-c', 'user.email=kim@example.org', ...args], { encoding: 'utf8' });

describe('the old tree', () => {
  const service = ServiceName.parse('locker');
  beforeEach(() => {
    git('init', '--quiet');
    writeFileSync(join(folder, 'locker.js'), '1\n');
    git('add', '.');
    git('commit', '--quiet', '--message', 'First');
  });
  const see = (places: string[] = []) => seeOldTree({ tree: folder, service, places });

  test('the same revision is the same code; a difference makes it another', async () => {
    const { id, label } = await see();
    expect((await see()).id).toBe(id);
    expect(label).toMatch(/^adopted-\d{8}-g[0-9a-f]{6}$/);
    writeFileSync(join(folder, 'locker.js'), '2\n');
    const dirty = await see();
    expect([dirty.id === id, dirty.changed]).toEqual([false, [' M locker.js']]);
  });

  test('a file, a branch and a tag that are called HEAD are not taken for the revision', async () => {
    const { revision } = await see();
    writeFileSync(join(folder, 'HEAD'), 'a file\n');
    git('add', '.');
    git('commit', '--quiet', '--message', 'Second');
    git('update-ref', 'refs/heads/HEAD', revision);
    git('update-ref', 'refs/tags/HEAD', revision);
    writeFileSync(join(folder, 'locker.js'), '2\n');
    const seen = await see();
    expect(seen).toMatchObject({ subject: 'Second', changed: [' M locker.js'] });
    expect(seen.revision).not.toBe(revision);
  });

  test('data and config that lie in it are no difference', async () => {
    mkdirSync(join(folder, 'Me/l01'), { recursive: true });
    writeFileSync(join(folder, 'Me/l01/data'), 'mine\n');
    const { changed, holders, whole } = await see([join(folder, 'Me/l01')]);
    expect({ changed, holders, whole: whole.toSorted() }).toEqual({ changed: [], holders: ['Me'], whole: ['.git', 'locker.js'] });
  });

  test('what its own config would have run is not run', async () => {
    const proof = join(folder, '.git/ran');
    writeFileSync(join(folder, 'run.sh'), `#!/bin/sh\ntouch ${proof}\n`, { mode: 0o755 });
    git('config', 'core.fsmonitor', join(folder, 'run.sh'));
    git('config', 'diff.external', join(folder, 'run.sh'));
    rmSync(proof, { force: true });
    writeFileSync(join(folder, 'locker.js'), '3\n');
    await see();
    expect(() => execFileSync('test', ['-e', proof])).toThrow();
  });
});
