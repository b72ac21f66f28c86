/** A check that can't fail is a defect: each tool of `npm run check` is shown a mistake that it must catch. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const root = join(__dirname, '../..');
const bin = (name: string) => join(root, 'node_modules/.bin', name);

function fails(command: string, args: readonly string[]): string {
  try {
    execFileSync(bin(command), args, { cwd: root, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return stdout + stderr;
  }
  throw new Error(`${command} ${args.join(' ')} found nothing`);
}

describe.each(['domain', 'workflows'])('a mistake in %s/', (layer) => {
  let folder: string;
  const seed = (text: string) => writeFileSync(join(folder, 'seed.ts'), text);
  beforeEach(() => {
    folder = mkdtempSync(join(root, layer, 'zz-seed-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('a clock, a socket or process is a compile error', () => {
    seed('export const a = process.env;\nexport const b = setTimeout;\nexport const c = new URL("x:");\n');
    const said = fails('tsc', ['-p', layer]);
    for (const name of ["'process'", "'setTimeout'", "'URL'"]) expect(said).toContain(name);
  });

  test('a floating promise is a lint error', () => {
    seed('async function later(): Promise<number> {\n  return 1;\n}\nexport function go(): void {\n  later();\n}\n');
    expect(fails('oxlint', ['--type-aware', '--deny-warnings', relative(root, folder)])).toContain('no-floating-promises');
  });

  test('an import against the direction is a boundary error', () => {
    seed("import { run } from '../../box/run';\nexport const a = run;\n");
    expect(fails('depcruise', ['--config', '.dependency-cruiser.cjs', '--output-type', 'err', layer])).toContain('box/run.ts');
  });
});

test('a clock or a random number in domain/ is a lint error', () => {
  const folder = mkdtempSync(join(root, 'domain', 'zz-seed-'));
  try {
    writeFileSync(join(folder, 'seed.ts'), 'export const a = Date.now();\nexport const b = Math.random();\n');
    const said = fails('oxlint', ['--type-aware', '--deny-warnings', relative(root, folder)]);
    expect(said).toContain('Date');
    expect(said).toContain('random');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
