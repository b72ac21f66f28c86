/** The benchmark of a whole box runs and says what it measured; its figures are for quiet machines. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

jest.setTimeout(300_000);

const root = join(__dirname, '../..');

test('bench:300 --quick starts a box up in several ways, none of which loses a locker', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-bench-'));
  try {
    const json = join(folder, 'figures.json');
    const args = ['bench/whole-box.ts', '--quick', '--only', 'start-up', '--json', json];
    const ran = spawnSync(join(root, 'node_modules/.bin/tsx'), args, { cwd: root, encoding: 'utf8' });
    expect([ran.status, ran.status === 0 ? '' : ran.stderr]).toEqual([0, '']);
    for (const way of ['all at once', 'one by one', 'gate off']) expect(ran.stdout).toContain(way);
    const { startUps } = JSON.parse(readFileSync(json, 'utf8')) as { startUps: { failed: number; allMs: number }[] };
    expect(startUps.map(({ failed }) => failed)).toEqual([0, 0, 0]);
    for (const { allMs } of startUps) expect(allMs).toBeGreaterThan(0);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
