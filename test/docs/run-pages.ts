/** The pages whose commands test/e2e/pages.test.ts runs on a real box, all but those of not-run.ts. */
export const RUN_PAGES: readonly string[] = ['README.md', 'docs/operations.md'];
