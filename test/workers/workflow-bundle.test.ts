import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SOURCES, workflowBundle } from '../../workers/workflow-bundle';

jest.setTimeout(240_000);

let checkout: string;
let folder: string;
beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'lockstep-bundle-'));
  folder = join(checkout, 'kept/workflows');
  for (const name of SOURCES) mkdirSync(join(checkout, name));
  symlinkSync(join(__dirname, '../../node_modules'), join(checkout, 'node_modules'));
  write('workflows/index.ts', "export { greet } from '../domain/greet';");
  write('domain/greet.ts', "export async function greet(): Promise<string> { return 'first'; }");
});
afterEach(() => rmSync(checkout, { recursive: true }));

const write = (file: string, text: string) => writeFileSync(join(checkout, file), text);
const made = async () => (await workflowBundle({ workflowsPath: join(checkout, 'workflows/index.ts'), folder })).code;
const kept = () => readdirSync(folder);

test('it is made once for the same sources, and anew when one of them changes', async () => {
  expect(await made()).toContain("'first'");
  const [file, ...others] = kept() as [string];
  expect(others).toEqual([]);
  writeFileSync(join(folder, file), 'as it was kept');
  expect(await made()).toBe('as it was kept');
  write('domain/greet.ts', "export async function greet(): Promise<string> { return 'second'; }");
  expect(await made()).toContain("'second'");
  expect(kept()).toHaveLength(2);
});

test('where nothing can be kept, it is made', async () => {
  write('kept', 'a file where a folder should be');
  expect(await made()).toContain("'first'");
});

test('old ones are not kept for ever', async () => {
  mkdirSync(folder, { recursive: true });
  for (let number = 0; number < 20; number += 1) writeFileSync(join(folder, `${number}.js`), '');
  await made();
  expect(kept().length).toBeLessThan(20);
  expect(await made()).toContain("'first'");
});
