import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { initFacts } from '../../../box/adopt/init-facts';
import { readLxcSource } from '../../../box/adopt/read-lxc-source';
import { seeOldTree } from '../../../box/adopt/see-tree';
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
  const see = (places: string[] = [], roots: string[] = []) => seeOldTree({ tree: folder, service, places, roots });

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

function put(path: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text, { mode });
}

describe('a tree that is no checkout', () => {
  const service = ServiceName.parse('locker');
  const see = (tree: string, roots: string[] = [], places: string[] = []) =>
    seeOldTree({ tree: join(folder, tree), service, places, roots });

  test('is known by its content, wherever it lies', async () => {
    for (const tree of ['l01', 'l02']) put(`${tree}/bin/run.js`, '1\n', 0o755);
    const { id, label, checkout, whole } = await see('l01');
    expect({ checkout, whole }).toEqual({ checkout: false, whole: ['bin'] });
    expect(label).toMatch(/^adopted-\d{8}-t[0-9a-f]{6}$/);
    expect((await see('l02')).id).toBe(id);
  });

  test.each<[string, () => void]>([
    ['a text', () => put('l02/run.js', '2\n')],
    ['a name', () => put('l02/more.js', '1\n')],
    ['the right to run it', () => chmodSync(join(folder, 'l02/run.js'), 0o755)],
    ['where a link leads', () => symlinkSync('run.js', join(folder, 'l02/link'), 'file')],
  ])('%s makes it another', async (_, change) => {
    for (const tree of ['l01', 'l02']) put(`${tree}/run.js`, '1\n');
    change();
    expect((await see('l02')).id).not.toBe((await see('l01')).id);
  });

  test('one in the root of a locker is no checkout to us: what its git would run is not run', async () => {
    git('init', '--quiet', 'l01/rootfs/opt/app');
    put('l01/rootfs/opt/app/run.js', '1\n');
    const proof = join(folder, 'ran');
    put('run.sh', `#!/bin/sh\ntouch ${proof}\ncat\n`, 0o755);
    execFileSync('git', ['-C', join(folder, 'l01/rootfs/opt/app'), 'config', 'filter.x.clean', join(folder, 'run.sh')]);
    put('l01/rootfs/opt/app/.gitattributes', '* filter=x\n');
    expect((await see('l01/rootfs/opt/app', [join(folder, 'l01/rootfs')])).checkout).toBe(false);
    expect(existsSync(proof)).toBe(false);
  });

  test('with data or settings in it, nobody knows what of it is code', async () => {
    put('l01/run.js', '1\n');
    put('l01/data/x', '1\n');
    await expect(see('l01', [], [join(folder, 'l01/data')])).rejects.toMatchObject({
      code: 'BoxUnfit',
      message: expect.stringContaining('holds more than code'),
    });
  });

  test('a folder that is not there is said', async () => {
    await expect(see('none')).rejects.toMatchObject({ code: 'BoxUnfit' });
  });
});
