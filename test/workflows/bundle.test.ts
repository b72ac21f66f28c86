import { join } from 'node:path';
import { ownBundle } from '../support/rollout-world';
import { SOURCES } from '../../workers/workflow-bundle';

const ROOT = join(__dirname, '../..');

jest.setTimeout(240_000);

test('the workflow bundle carries no zod, no Node, and stays small', async () => {
  const { code } = await ownBundle();
  expect(code).toContain('domain/decide/fold.ts');
  expect(code).not.toMatch(/node_modules\/zod/);
  expect(code).not.toContain('ZodError');
  // Mostly the SDK and its inline source map; a schema library would double it.
  expect(code.length).toBeLessThan(3_000_000);
});

test('what it is made of lies in the folders by which a kept one is known', async () => {
  const { code } = await ownBundle();
  const [, encoded = ''] = /sourceMappingURL=data:[^,]*,(\S+)/.exec(code) ?? [];
  const { sources } = JSON.parse(Buffer.from(encoded, 'base64').toString()) as { sources: string[] };
  const own = sources.filter((source) => source.startsWith(`${ROOT}/`) && !source.includes('/node_modules/'));
  expect(own.length).toBeGreaterThan(20);
  expect(own.filter((source) => !SOURCES.some((folder) => source.startsWith(`${ROOT}/${folder}/`)))).toEqual([]);
});
