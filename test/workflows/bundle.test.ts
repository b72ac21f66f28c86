import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

jest.setTimeout(240_000);

test('the workflow bundle carries no zod, no Node, and stays small', async () => {
  const logger = new DefaultLogger('ERROR');
  const { code } = await bundleWorkflowCode({ workflowsPath: require.resolve('../../workflows/index.ts'), logger });
  expect(code).toContain('domain/decide/fold.ts');
  expect(code).not.toMatch(/node_modules\/zod/);
  expect(code).not.toContain('ZodError');
  // Mostly the SDK and its inline source map; a schema library would double it.
  expect(code.length).toBeLessThan(3_000_000);
});
