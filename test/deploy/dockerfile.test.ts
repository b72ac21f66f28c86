/** The image can't be built here: what it takes must be all that the worker and the set-up need, and no more. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { composeService, ROOT } from '../support/compose-file';
import { dockerfile } from '../support/dockerfile';

const copied = dockerfile().copies.flatMap(({ from }) => from);

/** All files of ours that these import, types included, or take at run time with `require.resolve` and the like. */
function reachable(entries: readonly string[]): string[] {
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    const text = readFileSync(join(ROOT, file), 'utf8');
    for (const [, path] of text.matchAll(/(?:from|require(?:\.resolve)?\(|import\() ?'(\.{1,2}\/[^']+)'/g)) {
      const target = relative(ROOT, join(ROOT, dirname(file), path as string));
      const found = [target, `${target}.ts`, join(target, 'index.ts')].find(
        (name) => /\.\w+$/.test(name) && existsSync(join(ROOT, name)),
      );
      if (found === undefined) throw new Error(`${file} imports ${path}, which is not there`);
      visit(found);
    }
  };
  for (const entry of entries) visit(entry);
  return [...seen];
}

test('all that worker, chat and set-up import is copied', () => {
  const files = reachable(['workers/main.ts', 'chatops/main.ts', 'deploy/set-up.ts']);
  expect(files.length).toBeGreaterThan(50);
  expect(files.filter((file) => !copied.some((folder) => file === folder || file.startsWith(`${folder}/`)))).toEqual([]);
});

test('what is copied is in the repository, and .dockerignore lets it through', () => {
  const ignore = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n');
  expect(copied.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  expect(copied.filter((path) => !ignore.includes(`!${path}`))).toEqual([]);
});

test('all else stays outside, and secrets above all', () => {
  const ignore = readFileSync(join(ROOT, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => !line.startsWith('#'));
  expect(ignore[0]).toBe('*');
  for (const folder of ['deploy/chat', 'deploy/secrets', 'deploy/ssh'])
    expect(ignore.indexOf(folder)).toBeGreaterThan(ignore.indexOf('!deploy'));
});

test('the worker is the first process, is not root, and is what `npm run worker` runs', () => {
  const { entrypoint, user } = dockerfile();
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
  expect(user).toBe('node');
  expect(entrypoint.slice(0, 3)).toEqual(['node', '--import', 'tsx']);
  expect(scripts['worker']).toBe(entrypoint.slice(0, 4).join(' '));
});

test('it is built on one exact Node that the product supports, without the packages of development', () => {
  const { from, runs } = dockerfile();
  const [, major, minor] = /^node:(\d+)\.(\d+)\.\d+-bookworm-slim$/.exec(from) ?? [];
  expect([Number(major) === 20, Number(minor) >= 19]).toEqual([true, true]);
  expect(runs[0]).toContain('npm ci --omit=dev');
});

test.each(['set-up', 'chatops'])('%s of the compose file is a script of the image', (service) => {
  const script = composeService(service).entrypoint?.at(-1) ?? '';
  expect(existsSync(join(ROOT, script))).toBe(true);
  expect(composeService(service).image).toBe(composeService('worker').image);
});
