/** A text compared with `test/goldens/<name>`, to the letter. LOCKSTEP_UPDATE_GOLDENS=1 writes it anew: read the diff. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export function expectGolden(name: string, actual: string): void {
  const file = join(__dirname, '../goldens', name);
  if (process.env['LOCKSTEP_UPDATE_GOLDENS'] === '1') writeFileSync(file, actual);
  if (!existsSync(file)) throw new Error(`There is no golden ${name}: write it with LOCKSTEP_UPDATE_GOLDENS=1 and read it.`);
  expect(actual).toBe(readFileSync(file, 'utf8'));
}
