/** The commands that suites type from the pages, by type-from-page.ts. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './pages';

const CALL = /typeFromPage\(\s*'([^']+)',\s*'([^']+)'/g;

export interface TypedFromPage {
  readonly page: string;
  readonly command: string;
  /** Relative to the repository. */
  readonly by: string;
}

export function typedFromPages(): TypedFromPage[] {
  const suites = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.test.ts'),
  );
  return suites.flatMap((file) =>
    [...readFileSync(join(ROOT, 'test', file), 'utf8').matchAll(CALL)].map(([, page = '', command = '']) => ({
      page,
      command,
      by: `test/${file}`,
    })),
  );
}
