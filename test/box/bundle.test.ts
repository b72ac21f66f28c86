import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleBox } from '../../box/bundle';

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-bundle-'));
  writeFileSync(join(folder, 'lockstep-box.cjs'), await bundleBox());
  // What Node 18 lacks.
  writeFileSync(
    join(folder, 'as-node18.cjs'),
    "for (const name of ['toSorted', 'toReversed', 'toSpliced', 'with']) delete Array.prototype[name];\n",
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

test('one file runs without npm, and with the array methods of Node 18 only', () => {
  const args = ['--require', join(folder, 'as-node18.cjs'), join(folder, 'lockstep-box.cjs'), '--help'];
  const said = execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  expect(said).toContain('stop-all');
});
