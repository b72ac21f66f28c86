/** The Dockerfile as the tests read it: what it takes, and what it runs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ROOT } from './compose-file';

export interface Dockerfile {
  readonly from: string;
  readonly user: string | null;
  readonly workdir: string;
  readonly runs: readonly string[];
  readonly copies: readonly { readonly from: readonly string[]; readonly to: string }[];
  readonly entrypoint: readonly [string, ...string[]];
}

const Argv = z.tuple([z.string()], z.string());

export function dockerfile(): Dockerfile {
  const lines = readFileSync(join(ROOT, 'Dockerfile'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const all = (word: string) => lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));
  const one = (word: string) => {
    const [found, ...more] = all(word);
    if (found === undefined || more.length > 0) throw new Error(`the Dockerfile has not exactly one ${word}`);
    return found;
  };
  return {
    from: one('FROM'),
    user: all('USER').at(-1) ?? null,
    workdir: one('WORKDIR'),
    runs: all('RUN'),
    copies: all('COPY').map((words) => {
      const paths = words.split(' ');
      return { from: paths.slice(0, -1), to: paths.at(-1) as string };
    }),
    entrypoint: Argv.parse(JSON.parse(one('ENTRYPOINT'))),
  };
}
